// The two image libraries and zlib behind functions that never jump over a caller: libpng reports errors by longjmp,
// which must not cross Swift frames. Everything reads from memory and writes into buffers of the caller.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <turbojpeg.h>
#include <zlib.h>

#define GW_IMAGE_MESSAGE 120

/// How a decoder ended.
typedef enum {
    gw_image_ok = 0,
    gw_image_truncated,
    gw_image_corrupt,
    gw_image_no_memory,
} gw_image_status;

/// What a PNG says about itself.
typedef struct {
    uint32_t width;
    uint32_t height;
    int is_interlaced;
} gw_png_header;

/// Reads the header; `message` gets libpng's reason when it fails.
gw_image_status gw_png_read_header(
    const uint8_t *bytes, size_t count, gw_png_header *header, char message[GW_IMAGE_MESSAGE]);

/// Decodes to rows of 8-bit red, green, blue, transparent parts over white, while averaging blocks of `shrink` by
/// `shrink` pixels: the result is (width / shrink) by (height / shrink), rounded down, at least 1. An image that is not
/// interlaced is never in memory as a whole. `out` holds 3 * result width * result height bytes. Width and height must
/// be those of the header.
gw_image_status gw_png_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint32_t shrink, uint8_t *out,
    char message[GW_IMAGE_MESSAGE]);

/// Decodes a PNG whose pixels are numbers: a palette, or grey of at most eight bits. `out` gets one byte per pixel, the
/// number as it stands in the file. Another kind of PNG is `gw_image_corrupt`. Width and height must be those of the
/// header; interlaced images are taken.
gw_image_status gw_png_decode_numbers(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *out,
    char message[GW_IMAGE_MESSAGE]);

/// Takes a piece of an encoded image.
typedef void (*gw_image_sink)(void *context, const uint8_t *bytes, size_t count);

/// Encodes one byte per pixel as an indexed PNG of eight bits. `palette` holds `colors` times red, green, blue;
/// `transparent` says whether colour 0 is shown as nothing. No pixel may be `colors` or more.
gw_image_status gw_png_encode_indexed(
    const uint8_t *pixels, uint32_t width, uint32_t height, const uint8_t *palette, int colors, int transparent,
    gw_image_sink sink, void *context, char message[GW_IMAGE_MESSAGE]);

/// Scales red, green, blue pixels to another size: area average where it shrinks, linear interpolation where it grows.
/// Fails only without memory.
gw_image_status gw_resize(
    const uint8_t *in, int width, int height, uint8_t *out, int out_width, int out_height);
