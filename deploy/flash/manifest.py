"""What of ours is frozen into MicroPython; to be included behind the port's own manifest."""

package("bookcase_fw", base_path="../..")  # noqa: F821  # A word of MicroPython's manifests.
