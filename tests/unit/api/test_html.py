"""What customers and Instagram wrote is a text on our pages, whatever it looks like. Rule CS12."""

from confab.api.html import join, tag


def test_CS12_texts_and_attributes_are_escaped() -> None:
    made = tag("p", "<script>", tag("b", "a & b"), title='"><img src=x onerror=alert(1)>')
    assert made == '<p title="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;">&lt;script&gt;<b>a &amp; b</b></p>'


def test_CS12_what_is_made_of_parts_is_not_escaped_twice() -> None:
    assert tag("ul", [tag("li", one) for one in ("a", "<b>")], None) == "<ul><li>a</li><li>&lt;b&gt;</li></ul>"
    assert join(["<", tag("br")]) == "&lt;<br>"


def test_attributes_may_be_flags_and_reserved_words() -> None:
    assert tag("input", class_="a", for_="b", required=True, hidden=False, value=None) == '<input class="a" for="b" required>'
