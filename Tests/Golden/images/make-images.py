"""Makes the images here and what they decode to, with implementations that are not ours.

  python3 -m venv /tmp/v && /tmp/v/bin/pip install pillow==13.0.0 pypng && /tmp/v/bin/python make-images.py

NAME.png or NAME.jpg is an image, NAME.rgb its pixels as Pillow sees them (for transparent ones: over white).
"""

import pathlib

import png
from PIL import Image

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 13, 9


def gradient():
    image = Image.new("RGB", (WIDTH, HEIGHT))
    image.putdata([(x * 19, y * 28, (x * y * 5 + 40) % 256) for y in range(HEIGHT) for x in range(WIDTH)])
    return image


def keep(name, image):
    (HERE / f"{name}.rgb").write_bytes(image.convert("RGB").tobytes())


def save(name, image, **options):
    kind = name.rsplit("-", 1)[1]
    file = HERE / f"{name}.{'jpg' if kind == 'jpeg' else kind}"
    image.save(file, **options)
    with Image.open(file) as back:
        if back.mode in ("RGBA", "LA") or "transparency" in back.info:
            over = Image.new("RGBA", back.size, "white")
            over.alpha_composite(back.convert("RGBA"))
            keep(name, over)
        else:
            keep(name, back)


rgb = gradient()
alpha = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
with_alpha = rgb.copy()
with_alpha.putalpha(alpha)
palette = rgb.quantize(7)
big = rgb.resize((96, 80), Image.Resampling.BICUBIC)

save("rgb-png", rgb)
save("grey-png", rgb.convert("L"))
save("bilevel-png", rgb.convert("1"))
save("alpha-png", with_alpha)
save("grey-alpha-png", with_alpha.convert("LA"))
save("palette-png", palette)
save("palette-transparent-png", palette, transparency=bytes([255, 0, 128, 255, 255, 30, 255]))
save("baseline-jpeg", big, quality=90, subsampling=0)
save("progressive-jpeg", big, quality=85, progressive=True)
save("grey-jpeg", big.convert("L"), quality=90)
save("ink-jpeg", big.convert("CMYK"), quality=95)
# Small enough to be changed byte by byte many times.
small = rgb.resize((20, 17), Image.Resampling.BICUBIC)
exif = Image.Exif()
exif[0x0112], exif[0x010E], exif[0x8769] = 6, "a picture", {0x9286: b"ASCII\0\0\0note"}
save("small-jpeg", small, quality=40)
save("small-progressive-jpeg", small, quality=40, progressive=True)
save("small-ink-jpeg", small.convert("CMYK"), quality=40)
save("exif-jpeg", small, quality=40, exif=exif)
save("restart-jpeg", small, quality=40, restart_marker_blocks=1)
save("grey-transparent-png", rgb.convert("L"), transparency=40)
save("rgb-transparent-png", rgb, transparency=rgb.getpixel((0, 0)))

# Pillow writes neither 16 bits a channel nor interlaced files.
rows = [[value * 257 for pixel in range(WIDTH) for value in rgb.getpixel((pixel, y))] for y in range(HEIGHT)]
for name, interlace in (("deep-png", False), ("deep-interlaced-png", True)):
    with open(HERE / f"{name}.png", "wb") as file:
        png.Writer(WIDTH, HEIGHT, greyscale=False, bitdepth=16, interlace=interlace).write(file, rows)
    keep(name, rgb)
colours = palette.getpalette()
entries = [tuple(colours[3 * index : 3 * index + 3]) + (255 - 30 * index,) for index in range(7)]
with open(HERE / "palette-interlaced-png.png", "wb") as file:
    png.Writer(WIDTH, HEIGHT, palette=entries, bitdepth=4, interlace=True).write(
        file, [[palette.getpixel((x, y)) for x in range(WIDTH)] for y in range(HEIGHT)])
with Image.open(HERE / "palette-interlaced-png.png") as back:
    over = Image.new("RGBA", back.size, "white")
    over.alpha_composite(back.convert("RGBA"))
    keep("palette-interlaced-png", over)
