#include "CImages.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/// The state of one decoder.
typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t offset;
    int ran_out;
    char *message;
    png_structp png;
    png_infop info;
    uint8_t *rows;
    uint32_t *sums;
} reader;

static void on_error(png_structp png, png_const_charp text) {
    reader *state = png_get_error_ptr(png);
    strncpy(state->message, text, GW_IMAGE_MESSAGE - 1);
    state->message[GW_IMAGE_MESSAGE - 1] = 0;
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void on_read(png_structp png, png_bytep out, size_t count) {
    reader *state = png_get_io_ptr(png);
    if (count > state->count - state->offset) {
        state->ran_out = 1;
        png_error(png, "the bytes end too early");
    }
    memcpy(out, state->bytes + state->offset, count);
    state->offset += count;
}

/// Sets up libpng; false when there is no memory.
static int begin(reader *state) {
    state->message[0] = 0;
    state->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, state, on_error, on_warning);
    if (state->png) state->info = png_create_info_struct(state->png);
    return state->info != NULL;
}

/// Reads the chunks up to the first row.
static void read_info(reader *state) {
    png_set_read_fn(state->png, state, on_read);
    // Chunks that carry no pixels are the usual way to make a decoder allocate: few, small, unknown ones dropped.
    png_set_chunk_cache_max(state->png, 16);
    png_set_chunk_malloc_max(state->png, 1 << 20);
    png_set_keep_unknown_chunks(state->png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_set_user_limits(state->png, 0x7fffffff, 0x7fffffff);
    png_read_info(state->png, state->info);
}

static gw_image_status finish(reader *state, gw_image_status status) {
    if (state->png) png_destroy_read_struct(&state->png, &state->info, NULL);
    free(state->rows);
    free(state->sums);
    return status;
}

static gw_image_status failure(const reader *state) {
    return state->ran_out ? gw_image_truncated : gw_image_corrupt;
}

/// What follows a setjmp works on a reader in the frame above, so that nothing it changed is lost by a longjmp.
static gw_image_status read_header(reader *state, gw_png_header *header) {
    if (setjmp(png_jmpbuf(state->png))) return failure(state);
    read_info(state);
    header->width = png_get_image_width(state->png, state->info);
    header->height = png_get_image_height(state->png, state->info);
    header->is_interlaced = png_get_interlace_type(state->png, state->info) != PNG_INTERLACE_NONE;
    return gw_image_ok;
}

gw_image_status gw_png_read_header(
    const uint8_t *bytes, size_t count, gw_png_header *header, char message[GW_IMAGE_MESSAGE]) {
    reader state = {.bytes = bytes, .count = count, .message = message};
    if (!begin(&state)) return finish(&state, gw_image_no_memory);
    return finish(&state, read_header(&state, header));
}

/// Adds one row to the sums of its block row; transparent parts count as white.
static void add_row(uint32_t *sums, const uint8_t *row, uint32_t columns, uint32_t across, uint32_t channels) {
    for (uint32_t column = 0; column < columns; column++) {
        uint32_t red = 0, green = 0, blue = 0;
        for (uint32_t step = 0; step < across; step++, row += channels) {
            if (channels == 3) {
                red += row[0], green += row[1], blue += row[2];
            } else {
                uint32_t alpha = row[3], white = (255 - alpha) * 255 + 127;
                red += (row[0] * alpha + white) / 255;
                green += (row[1] * alpha + white) / 255;
                blue += (row[2] * alpha + white) / 255;
            }
        }
        sums[3 * column] += red, sums[3 * column + 1] += green, sums[3 * column + 2] += blue;
    }
}

/// Divides the sums of one finished block row and clears them.
static void put_row(uint8_t *out, uint32_t *sums, uint32_t columns, uint32_t pixels) {
    for (uint32_t index = 0; index < 3 * columns; index++) {
        out[index] = (uint8_t)((sums[index] + pixels / 2) / pixels);
        sums[index] = 0;
    }
}

static gw_image_status read_rows(reader *state, uint32_t width, uint32_t height, uint32_t shrink, uint8_t *out) {
    if (setjmp(png_jmpbuf(state->png))) return failure(state);
    read_info(state);
    if (png_get_image_width(state->png, state->info) != width
        || png_get_image_height(state->png, state->info) != height)
        png_error(state->png, "the size is not that of the header");
    // Eight bits, red, green and blue, with alpha where something is transparent, whatever the file holds.
    png_set_expand(state->png);
    png_set_scale_16(state->png);
    png_set_gray_to_rgb(state->png);
    int passes = png_set_interlace_handling(state->png);
    png_read_update_info(state->png, state->info);
    size_t row_bytes = png_get_rowbytes(state->png, state->info);
    uint32_t channels = png_get_channels(state->png, state->info);
    if (row_bytes != (size_t)width * channels || (channels != 3 && channels != 4))
        png_error(state->png, "unexpected row layout");

    uint32_t across = width < shrink ? width : shrink, down = height < shrink ? height : shrink;
    uint32_t columns = width / across, block_rows = height / down;
    state->rows = calloc(passes > 1 ? height : 1, row_bytes);
    state->sums = calloc((size_t)columns * 3, sizeof *state->sums);
    if (!state->rows || !state->sums) return gw_image_no_memory;
    for (int pass = 0; passes > 1 && pass < passes; pass++)
        for (uint32_t row = 0; row < height; row++)
            png_read_row(state->png, state->rows + row * row_bytes, NULL);
    for (uint32_t row = 0; row < block_rows * down; row++) {
        uint8_t *pixels = passes > 1 ? state->rows + row * row_bytes : state->rows;
        if (passes == 1) png_read_row(state->png, pixels, NULL);
        add_row(state->sums, pixels, columns, across, channels);
        if (row % down == down - 1)
            put_row(out + (row / down) * (size_t)columns * 3, state->sums, columns, across * down);
    }
    return gw_image_ok;
}

gw_image_status gw_png_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint32_t shrink, uint8_t *out,
    char message[GW_IMAGE_MESSAGE]) {
    reader state = {.bytes = bytes, .count = count, .message = message};
    if (!begin(&state)) return finish(&state, gw_image_no_memory);
    return finish(&state, read_rows(&state, width, height, shrink, out));
}

static gw_image_status read_numbers(reader *state, uint32_t width, uint32_t height, uint8_t *out) {
    if (setjmp(png_jmpbuf(state->png))) return failure(state);
    read_info(state);
    int color = png_get_color_type(state->png, state->info);
    if (png_get_image_width(state->png, state->info) != width
        || png_get_image_height(state->png, state->info) != height)
        png_error(state->png, "the size is not that of the header");
    if ((color != PNG_COLOR_TYPE_PALETTE && color != PNG_COLOR_TYPE_GRAY)
        || png_get_bit_depth(state->png, state->info) > 8)
        png_error(state->png, "its pixels are colours, not numbers");
    png_set_packing(state->png);
    int passes = png_set_interlace_handling(state->png);
    png_read_update_info(state->png, state->info);
    if (png_get_rowbytes(state->png, state->info) != width) png_error(state->png, "unexpected row layout");
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t row = 0; row < height; row++) png_read_row(state->png, out + (size_t)row * width, NULL);
    return gw_image_ok;
}

gw_image_status gw_png_decode_numbers(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *out,
    char message[GW_IMAGE_MESSAGE]) {
    reader state = {.bytes = bytes, .count = count, .message = message};
    if (!begin(&state)) return finish(&state, gw_image_no_memory);
    return finish(&state, read_numbers(&state, width, height, out));
}

/// The state of one encoder.
typedef struct {
    gw_image_sink sink;
    void *context;
    char *message;
    png_structp png;
    png_infop info;
} writer;

static void on_write_error(png_structp png, png_const_charp text) {
    writer *state = png_get_error_ptr(png);
    strncpy(state->message, text, GW_IMAGE_MESSAGE - 1);
    state->message[GW_IMAGE_MESSAGE - 1] = 0;
    png_longjmp(png, 1);
}

static void on_write(png_structp png, png_bytep bytes, size_t count) {
    writer *state = png_get_io_ptr(png);
    state->sink(state->context, bytes, count);
}

static void on_flush(png_structp png) { (void)png; }

static gw_image_status write_rows(
    writer *state, const uint8_t *pixels, uint32_t width, uint32_t height, const uint8_t *palette, int colors,
    int transparent) {
    if (setjmp(png_jmpbuf(state->png))) return gw_image_corrupt;
    png_set_write_fn(state->png, state, on_write, on_flush);
    // Label masks are long runs of one number: no filter, and little effort, already make them small.
    png_set_filter(state->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_compression_level(state->png, 6);
    png_set_IHDR(
        state->png, state->info, width, height, 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_color entries[256];
    for (int index = 0; index < colors; index++)
        entries[index] = (png_color){palette[3 * index], palette[3 * index + 1], palette[3 * index + 2]};
    png_set_PLTE(state->png, state->info, entries, colors);
    png_byte nothing = 0;
    if (transparent) png_set_tRNS(state->png, state->info, &nothing, 1, NULL);
    png_write_info(state->png, state->info);
    for (uint32_t row = 0; row < height; row++) png_write_row(state->png, pixels + (size_t)row * width);
    png_write_end(state->png, NULL);
    return gw_image_ok;
}

gw_image_status gw_png_encode_indexed(
    const uint8_t *pixels, uint32_t width, uint32_t height, const uint8_t *palette, int colors, int transparent,
    gw_image_sink sink, void *context, char message[GW_IMAGE_MESSAGE]) {
    writer state = {.sink = sink, .context = context, .message = message};
    message[0] = 0;
    state.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, on_write_error, on_warning);
    if (!state.png) return gw_image_no_memory;
    state.info = png_create_info_struct(state.png);
    gw_image_status status = state.info
        ? write_rows(&state, pixels, width, height, palette, colors, transparent) : gw_image_no_memory;
    png_destroy_write_struct(&state.png, &state.info);
    return status;
}
