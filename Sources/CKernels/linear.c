// Linear models: their products for each instruction set, and what is the same for all.

#include <math.h>

#include "kernels.h"

#define NAME(name) baseline_##name
#include "linear.inc.h"
#undef NAME

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) avx2_##name
#include "linear.inc.h"
#undef NAME
#pragma clang attribute pop

static int has_avx2(void) { return gw_chosen_kernels() == gw_avx2_kernels(); }
#define CALL(name, ...) (has_avx2() ? avx2_##name(__VA_ARGS__) : baseline_##name(__VA_ARGS__))
#else
#define CALL(name, ...) baseline_##name(__VA_ARGS__)
#endif

void gw_row_products(const gw_row *row, const double *weights, int classes, double *scores) {
    CALL(products, row, weights, classes, scores);
}

void gw_row_add(const gw_row *row, const double *factors, int classes, double *weights) {
    CALL(add, row, factors, classes, weights);
}

double gw_softmax_loss(
    const double *scores, const double *slopes, double step, int classes, int label, double *residuals,
    double *along) {
    double highest = -INFINITY, total = 0, slope = 0;
    for (int k = 0; k < classes; k++) highest = fmax(highest, scores[k] + step * slopes[k]);
    for (int k = 0; k < classes; k++) {
        double likelihood = exp(scores[k] + step * slopes[k] - highest);
        total += likelihood;
        slope += likelihood * slopes[k];
        if (residuals) residuals[k] = likelihood;
    }
    if (residuals) {
        for (int k = 0; k < classes; k++) residuals[k] /= total;
        residuals[label] -= 1;
    }
    *along += slope / total - slopes[label];
    return log(total) + highest - (scores[label] + step * slopes[label]);
}

double gw_dot(const double *a, const double *b, size_t count) {
    double sums[8] = {0};
    size_t index = 0;
    for (; index + 8 <= count; index += 8)
        for (int lane = 0; lane < 8; lane++) sums[lane] += a[index + lane] * b[index + lane];
    for (; index < count; index++) sums[0] += a[index] * b[index];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

void gw_combine(double *to, double factor, const double *from, double other, size_t count) {
    for (size_t index = 0; index < count; index++) to[index] = factor * to[index] + other * from[index];
}
