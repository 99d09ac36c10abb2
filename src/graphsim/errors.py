"""Meta's refusals: the envelope, and one constructor per case of the table under rule E6."""

from dataclasses import dataclass

from graphsim.wire import Doc


@dataclass(kw_only=True, eq=False)
class GraphError(Exception):
    """A call is answered with an error envelope. Rules E1 to E3."""

    code: int
    message: str
    subcode: int | None = None
    status: int = 400
    type: str = "OAuthException"
    is_transient: bool = False

    def document(self, trace: str) -> Doc:
        """The answer's body; the order of keys is Meta's."""
        error: Doc = {"message": self.message, "type": self.type}
        if self.is_transient:
            error["is_transient"] = True
        error["code"] = self.code
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": {**error, "fbtrace_id": trace}}


def invalid(text: str, subcode: int | None = None) -> GraphError:
    """A parameter that cannot be used: code 100."""
    return GraphError(code=100, subcode=subcode, message=f"(#100) {text}")


def no_object(method: str, node: str) -> GraphError:
    """An id that is nobody's, or not ours. Rule E5."""
    text = (
        f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation"
    )
    return GraphError(code=100, subcode=33, message=text, type="GraphMethodException")


def unknown_path(path: str) -> GraphError:
    """A path that no version has. Rule E5."""
    return GraphError(code=2500, message=f"Unknown path components: /{path}")


def unknown_field(name: str, node_type: str) -> GraphError:
    """A field that the node does not have. Rule E5."""
    return invalid(f"Tried accessing nonexisting field ({name}) on node type ({node_type})")


def no_token() -> GraphError:
    """A call without a token. Rule T9."""
    return GraphError(code=104, message="An access token is required to request this resource.")


def bad_token(subcode: int | None = None, text: str = "Invalid OAuth access token - Cannot parse access token") -> GraphError:
    """A token that is dead, unreadable or of the other flavour. Rules T9, T14."""
    return GraphError(code=190, subcode=subcode, message=text, status=401)


def no_permission() -> GraphError:
    """A permission the token does not have."""
    return GraphError(code=10, message="(#10) Application does not have permission for this action", status=403)


def permission_withdrawn() -> GraphError:
    """A permission that the person took back. Rule T27."""
    return GraphError(code=200, message="(#200) Permissions error", status=403)


def wrong_node() -> GraphError:
    """Messages through the Instagram node on graph.facebook.com. Rule T16."""
    return GraphError(code=3, message="(#3) Application does not have the capability to make this API call.")


def window_closed(*, is_facebook: bool) -> GraphError:
    """A message outside the window. Rule W6."""
    if is_facebook:
        text = "(#10) This message is sent outside of allowed window."
        return GraphError(code=10, subcode=2018278, message=text)
    text = "This message is sent outside of allowed window."
    return GraphError(code=10, subcode=2534022, message=text, status=403, type="IGApiException")


def no_recipient() -> GraphError:
    """A recipient this account does not know. Rule S19."""
    return invalid("No matching user found", 2018001)


def wrong_recipient_id() -> GraphError:
    """An account's id where a participant's belongs. Rule S19."""
    return invalid("No matching Instagram user found for this id", 2534014)


def unavailable() -> GraphError:
    """A participant who blocked the account or is gone. Rule S20."""
    return GraphError(code=551, subcode=1545041, message="(#551) This person isn't available right now.")


def no_consent() -> GraphError:
    """The profile of somebody who never wrote. Rule P3."""
    text = "User consent is required to access user profile"
    return GraphError(code=230, message=text, type="IGApiException")


def nobody() -> GraphError:
    """The profile of nobody. Rule P4."""
    return GraphError(code=9010, message="No matching Instagram user", type="IGApiException")


def message_gone() -> GraphError:
    """A message that was unsent or is too old to read. Rule C6."""
    text = "This message has been deleted by the user or the business."
    return GraphError(code=100, subcode=9000001, message=text, type="IGApiException")


def too_much_data() -> GraphError:
    """More in one answer than is given. Rule C15."""
    text = "Please reduce the amount of data you're asking for, then retry your request"
    return GraphError(code=1, message=text, status=500)


def too_many_sends() -> GraphError:
    """More calls a second or an hour than allowed. Rules L1 to L3."""
    return GraphError(code=613, message="(#613) Calls to this api have exceeded the rate limit.")


def throttled() -> GraphError:
    """The account's daily budget is used up. Rule L4."""
    text = "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again."
    return GraphError(code=80002, subcode=2446079, message=text)


def refused_attachment(subcode: int, text: str) -> GraphError:
    """An attachment that cannot be had or used. Rules S8, S9, S11."""
    return invalid(text, subcode)
