"""The Chalice application: it opens the front door and does nothing else."""

from chalicelib.kernel.start import importing

with importing():
    from chalice.app import Chalice

    from chalicelib import front_door

    app = Chalice(app_name="fenxiao", debug=False, configure_logs=False)
    globals().update(front_door.open_on(app))
