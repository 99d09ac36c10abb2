"""`confab demo`: the whole product on its own data, with the simulator playing Instagram and customers who live in it.

It promises: everything it starts ends with it; its data lie apart from those of a real installation; what customers do is
the same for the same seed and the same answers. It never speaks to Meta, and reaches the simulator over HTTP alone.
"""
