"""The one build step that setup.cfg cannot say: compile the message catalogues into the package."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithMessages(build_py):
    """Put a compiled .mo next to every .po in the built package.

    An editable install is left alone: `translations.messages` compiles when the app starts.
    """

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for source in Path(self.build_lib).glob("translations/*/LC_MESSAGES/*.po"):
            with source.open("rb") as lines:
                catalogue = read_po(lines, locale=source.parts[-3])
            with source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, catalogue)


setup(cmdclass={"build_py": BuildWithMessages})
