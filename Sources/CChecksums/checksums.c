// All three checks are "reflected" polynomials over GF(2): bit 0 of a value is the highest power of x. The table kernel
// takes eight bytes a step (slicing-by-8, Kounavis and Berry 2005). The fast one folds 128 bytes a step with carry-less
// multiplication (Gopal et al. 2009, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ") and leaves the
// last sixteen bytes to the tables, so that it needs no reduction of its own and is the same for each polynomial.
#include "CChecksums.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { LANES = 8, LANE_BYTES = 16, STEP_BYTES = LANES * LANE_BYTES };

struct polynomial {
    uint64_t reflected;
    int width;
    /// table[k][b]: byte b followed by k zero bytes.
    uint64_t table[8][256];
    /// Multipliers that carry the earlier and the later half of a lane ahead, by one step and by one lane.
    uint64_t step[2], lane[2];
};

static struct polynomial polynomials[3] = {
    {.reflected = 0xEDB88320, .width = 32},
    {.reflected = 0x82F63B78, .width = 32},
    {.reflected = 0x9A6C9329AC4BC9B5, .width = 64},
};

static bool has_carryless_multiplication;

// MARK: Arithmetic modulo the polynomial

static uint64_t mask(const struct polynomial *p) { return ~0ULL >> (64 - p->width); }

static uint64_t times_x(const struct polynomial *p, uint64_t a) { return (a >> 1) ^ (a & 1 ? p->reflected : 0); }

static uint64_t multiply(const struct polynomial *p, uint64_t a, uint64_t b) {
    uint64_t product = 0;
    for (uint64_t bit = 1ULL << (p->width - 1); bit != 0; bit >>= 1) {
        if (a & bit) product ^= b;
        b = times_x(p, b);
    }
    return product;
}

/// x to the power of `exponent`, by squaring.
static uint64_t power_of_x(const struct polynomial *p, uint64_t exponent) {
    uint64_t result = 1ULL << (p->width - 1), square = result >> 1;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1) result = multiply(p, result, square);
        square = multiply(p, square, square);
    }
    return result;
}

uint64_t checksums_combine(
    enum checksums_polynomial polynomial, uint64_t first, uint64_t second, uint64_t second_length) {
    const struct polynomial *p = &polynomials[polynomial];
    // Eight bits a byte; the length is halved and doubled back so that the exponent cannot overflow.
    uint64_t per_byte = power_of_x(p, 8), shift = 1ULL << (p->width - 1);
    for (; second_length != 0; second_length >>= 1) {
        if (second_length & 1) shift = multiply(p, shift, per_byte);
        per_byte = multiply(p, per_byte, per_byte);
    }
    return multiply(p, first, shift) ^ second;
}

// MARK: Tables

static uint64_t run_tables(const struct polynomial *p, uint64_t state, const uint8_t *bytes, size_t length) {
    for (; length >= 8; bytes += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        word ^= state;
        state = p->table[7][word & 255] ^ p->table[6][word >> 8 & 255] ^ p->table[5][word >> 16 & 255]
            ^ p->table[4][word >> 24 & 255] ^ p->table[3][word >> 32 & 255] ^ p->table[2][word >> 40 & 255]
            ^ p->table[1][word >> 48 & 255] ^ p->table[0][word >> 56];
    }
    for (; length != 0; bytes++, length--) state = p->table[0][(state ^ *bytes) & 255] ^ state >> 8;
    return state;
}

uint64_t checksums_update_portable(
    enum checksums_polynomial polynomial, uint64_t crc, const void *bytes, size_t length) {
    const struct polynomial *p = &polynomials[polynomial];
    return run_tables(p, crc ^ mask(p), bytes, length) ^ mask(p);
}

// MARK: Carry-less multiplication

#if defined(__x86_64__)

__attribute__((target("pclmul,sse4.1"))) static inline __m128i fold(__m128i lane, __m128i by, __m128i into) {
    return _mm_xor_si128(
        into, _mm_xor_si128(_mm_clmulepi64_si128(lane, by, 0x00), _mm_clmulepi64_si128(lane, by, 0x11)));
}

/// At least one step long.
__attribute__((target("pclmul,sse4.1"))) static uint64_t run_folding(
    const struct polynomial *p, uint64_t state, const uint8_t *bytes, size_t length) {
    __m128i lanes[LANES];
    for (int i = 0; i < LANES; i++) lanes[i] = _mm_loadu_si128((const __m128i *)(bytes + i * LANE_BYTES));
    lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi64_si128((long long)state));
    bytes += STEP_BYTES;
    length -= STEP_BYTES;

    const __m128i step = _mm_set_epi64x((long long)p->step[1], (long long)p->step[0]);
    for (; length >= STEP_BYTES; bytes += STEP_BYTES, length -= STEP_BYTES)
        for (int i = 0; i < LANES; i++)
            lanes[i] = fold(lanes[i], step, _mm_loadu_si128((const __m128i *)(bytes + i * LANE_BYTES)));

    const __m128i lane = _mm_set_epi64x((long long)p->lane[1], (long long)p->lane[0]);
    __m128i last = lanes[0];
    for (int i = 1; i < LANES; i++) last = fold(last, lane, lanes[i]);
    for (; length >= LANE_BYTES; bytes += LANE_BYTES, length -= LANE_BYTES)
        last = fold(last, lane, _mm_loadu_si128((const __m128i *)bytes));

    uint8_t rest[LANE_BYTES];
    _mm_storeu_si128((__m128i *)rest, last);
    return run_tables(p, run_tables(p, 0, rest, LANE_BYTES), bytes, length);
}

#endif

uint64_t checksums_update(enum checksums_polynomial polynomial, uint64_t crc, const void *bytes, size_t length) {
#if defined(__x86_64__)
    const struct polynomial *p = &polynomials[polynomial];
    if (has_carryless_multiplication && length >= STEP_BYTES)
        return run_folding(p, crc ^ mask(p), bytes, length) ^ mask(p);
#endif
    return checksums_update_portable(polynomial, crc, bytes, length);
}

bool checksums_is_accelerated(void) { return has_carryless_multiplication; }

// MARK: Setting up

/// The product of two reflected 64-bit values stands one power of x too high, hence the exponents less one. Values of
/// 32 bits stand in the upper half of the multiplier.
static void set_multipliers(const struct polynomial *p, uint64_t multipliers[2], int distance_in_bits) {
    int align = 64 - p->width;
    multipliers[0] = power_of_x(p, (uint64_t)distance_in_bits + 63) << align;
    multipliers[1] = power_of_x(p, (uint64_t)distance_in_bits - 1) << align;
}

__attribute__((constructor)) static void set_up(void) {
    for (int n = 0; n < 3; n++) {
        struct polynomial *p = &polynomials[n];
        for (int b = 0; b < 256; b++) {
            uint64_t value = (uint64_t)b;
            for (int bit = 0; bit < 8; bit++) value = times_x(p, value);
            p->table[0][b] = value;
        }
        for (int k = 1; k < 8; k++)
            for (int b = 0; b < 256; b++) {
                uint64_t value = p->table[k - 1][b];
                p->table[k][b] = p->table[0][value & 255] ^ value >> 8;
            }
        set_multipliers(p, p->step, STEP_BYTES * 8);
        set_multipliers(p, p->lane, LANE_BYTES * 8);
    }
#if defined(__x86_64__)
    __builtin_cpu_init();
    has_carryless_multiplication = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
#endif
}
