"""Make the poster's font: the characters of GB 2312 and ASCII out of Noto Sans SC Medium (OFL 1.1).

Run when the font is to be renewed, with ``fonttools==4.68.0`` installed, on the font of the npm package
``@expo-google-fonts/noto-sans-sc`` 0.4.3: ``python -m scripts.local.poster_font NotoSansSC_500Medium.ttf``.
The licence beside the font, ``OFL.txt``, is that package's ``LICENSE_FONT``.
"""

import sys

from scripts.local.world import ROOT

FONT = ROOT / "chalicelib" / "marketing" / "fonts" / "poster.ttf"


def main() -> None:
    """Write the subset; the same source gives the same file."""
    from fontTools import subset  # type: ignore[import-not-found]

    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.recalc_timestamp = False
    font = subset.load_font(sys.argv[1], options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(characters()))
    subsetter.subset(font)
    subset.save_font(font, str(FONT), options)


def characters() -> set[str]:
    """What can be written: ASCII, every character of GB 2312, and a few signs beside."""
    found = {chr(code) for code in range(0x20, 0x7F)} | set("¥€©®")
    for row in range(0xA1, 0xF8):
        for place in range(0xA1, 0xFF):
            found |= set(bytes((row, place)).decode("gb2312", errors="ignore"))
    return found


if __name__ == "__main__":
    main()
