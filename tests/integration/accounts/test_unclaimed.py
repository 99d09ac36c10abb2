"""What came for an account before it was connected is in as soon as it is. Rule D5 of docs/spec/inbox.md."""

from confab.clock import Clock
from confab.store.db import Database, Doors
from tests.post import Post
from tests.world import Customer, after, body


async def test_D5_connecting_an_account_lets_in_what_waited_for_it_and_only_that(
    app_db: Database, worker_db: Database, doors: Doors, clock: Clock
) -> None:
    post = Post(app_db, worker_db, doors, clock)
    workspace, ours, others = await post.team(), "17849990000000001", "17849990000000002"
    for ig_id in (ours, others):
        for nth, text in enumerate(("anybody there?", "hello?")):
            await post.arrives(body(ig_id, Customer(ig_id).writes(f"{ig_id}-{nth}", text, after(nth))))
    assert await post.work() == 4
    assert [await post.unclaimed(ig_id) for ig_id in (ours, others)] == [2, 2]
    await post.connects(workspace, ours)
    assert await post.work() == 2
    assert await post.texts(workspace) == ["anybody there?", "hello?"]
    assert [await post.unclaimed(ig_id) for ig_id in (ours, others)] == [0, 2]
    await post.connects(workspace, ours)  # a new token for the same account
    assert await post.work() == 0


async def test_D5_of_a_delivery_for_two_accounts_the_one_that_was_known_is_not_doubled(
    app_db: Database, worker_db: Database, doors: Doors, clock: Clock
) -> None:
    post = Post(app_db, worker_db, doors, clock)
    first, second = await post.team(), await post.team()
    known, later = "17849990000000003", "17849990000000004"
    await post.connects(first, known)
    both = [Customer(ig_id).writes(f"mixed-{ig_id}", f"to {ig_id}", after(1)) for ig_id in (known, later)]
    await post.arrives(b"[" + b",".join(body(ig_id, item) for ig_id, item in zip((known, later), both, strict=True)) + b"]")
    await post.work()
    assert await post.texts(first) == [f"to {known}"]
    await post.connects(second, later)
    await post.work()
    assert await post.texts(first) == [f"to {known}"]
    assert await post.texts(second) == [f"to {later}"]
