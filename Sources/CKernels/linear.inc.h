// Products of rows of features with the weights of linear models. Included once per instruction set; NAME says which.
// Every result is one sum in a fixed order.

static inline __attribute__((always_inline)) size_t NAME(place)(const gw_row *row, int index, size_t classes) {
    return (row->columns ? (size_t)row->columns[index] : (size_t)index) * classes;
}

/// The products of a row with `width` classes. Four sums for each, so that no addition waits for the one before it.
static inline __attribute__((always_inline)) void NAME(row_products)(
    const gw_row *row, const double *weights, size_t classes, double *scores, const int width) {
    double sums[4][8] = {{0}};
    int index = 0;
    for (; index + 4 <= row->count; index += 4)
        for (int lane = 0; lane < 4; lane++) {
            const double *column = weights + NAME(place)(row, index + lane, classes);
            for (int k = 0; k < width; k++) sums[lane][k] += row->values[index + lane] * column[k];
        }
    for (; index < row->count; index++) {
        const double *column = weights + NAME(place)(row, index, classes);
        for (int k = 0; k < width; k++) sums[0][k] += row->values[index] * column[k];
    }
    for (int k = 0; k < width; k++) scores[k] += (sums[0][k] + sums[1][k]) + (sums[2][k] + sums[3][k]);
}

static inline __attribute__((always_inline)) void NAME(row_add)(
    const gw_row *row, double *weights, size_t classes, const double *factors, const int width) {
    double kept[8];
    for (int k = 0; k < width; k++) kept[k] = factors[k];
    for (int index = 0; index < row->count; index++) {
        double *column = weights + NAME(place)(row, index, classes);
        for (int k = 0; k < width; k++) column[k] += row->values[index] * kept[k];
    }
}

/// Calls a function for all classes, at most eight at a time, with their number as a constant.
#define FOR_CLASSES(function, matrix, vector)                                                          \
    for (int first = 0; first < classes; first += 8) switch (classes - first) {                        \
        case 1: function(row, (matrix) + first, classes, (vector) + first, 1); break;                  \
        case 2: function(row, (matrix) + first, classes, (vector) + first, 2); break;                  \
        case 3: function(row, (matrix) + first, classes, (vector) + first, 3); break;                  \
        case 4: function(row, (matrix) + first, classes, (vector) + first, 4); break;                  \
        case 5: function(row, (matrix) + first, classes, (vector) + first, 5); break;                  \
        case 6: function(row, (matrix) + first, classes, (vector) + first, 6); break;                  \
        case 7: function(row, (matrix) + first, classes, (vector) + first, 7); break;                  \
        default: function(row, (matrix) + first, classes, (vector) + first, 8);                        \
        }

static void NAME(products)(const gw_row *row, const double *weights, int classes, double *scores) {
    FOR_CLASSES(NAME(row_products), weights, scores)
}

static void NAME(add)(const gw_row *row, const double *factors, int classes, double *weights) {
    FOR_CLASSES(NAME(row_add), weights, factors)
}
#undef FOR_CLASSES
