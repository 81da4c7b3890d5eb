// What a dense network's outputs cost, and the slopes of that: for boxes and for masks.

#include "CKernels.h"

#include <math.h>
#include <string.h>

/// Weight of the score of a cell without a box; all cells of a box together weigh 1, and so do their edges. Twice the
/// weight for edges costs a point of agreement with hard marks, four times it seven points with all.
static const float NOTHING = 0.25f;

static float logistic(float value) { return 1 / (1 + expf(-value)); }

/// Cross-entropy of a logit against a target, without the overflow of the plain form.
static float entropy(float logit, float target) {
    return fmaxf(logit, 0) - logit * target + log1pf(expf(-fabsf(logit)));
}

/// The quality focal loss of Li and others (2020, "Generalized Focal Loss"), with the square.
static float score_loss(float logit, float target, float weight, float *slope) {
    float score = logistic(logit), miss = score - target, loss = entropy(logit, target);
    *slope = weight * (miss * miss * miss + 2 * miss * score * (1 - score) * loss);
    return weight * miss * miss * loss;
}

/// 1 less the overlap of two boxes that share a point, from the distances of their edges to it (Yu and others 2016).
/// `slope` gets the slopes of the loss by the logarithms of the first four.
static float overlap_loss(const float own[4], const float other[4], float *overlap, float slope[4]) {
    float width = fminf(own[0], other[0]) + fminf(own[2], other[2]);
    float height = fminf(own[1], other[1]) + fminf(own[3], other[3]);
    float own_width = own[0] + own[2], own_height = own[1] + own[3];
    float both = width * height;
    float all = own_width * own_height + (other[0] + other[2]) * (other[1] + other[3]) - both;
    *overlap = both / all;
    for (int edge = 0; edge < 4; edge++) {
        float across = edge % 2 ? width : height, own_across = edge % 2 ? own_width : own_height;
        float both_slope = own[edge] < other[edge] ? across : 0;
        float all_slope = own_across - both_slope;
        slope[edge] = -(both_slope * all - both * all_slope) / (all * all) * own[edge];
    }
    return 1 - *overlap;
}

/// The cells that stand for a box: those whose middle lies in its inner part, at least about one.
static int owned(const float *box, int side, int *rows, int *columns) {
    const float inner = 0.25f, least = 0.6f / (float)side;
    float bounds[4];
    for (int axis = 0; axis < 2; axis++) {
        float middle = (box[1 + axis] + box[3 + axis]) / 2, size = box[3 + axis] - box[1 + axis];
        float reach = fmaxf(inner * size, least);
        bounds[axis] = (middle - reach) * side - 0.5f, bounds[2 + axis] = (middle + reach) * side - 0.5f;
    }
    columns[0] = (int)fmaxf(0, ceilf(bounds[0])), columns[1] = (int)fminf(side - 1, floorf(bounds[2]));
    rows[0] = (int)fmaxf(0, ceilf(bounds[1])), rows[1] = (int)fminf(side - 1, floorf(bounds[3]));
    int width = columns[1] - columns[0] + 1, height = rows[1] - rows[0] + 1;
    return width > 0 && height > 0 ? width * height : 0;
}

void gw_box_distances(const float raw[4], float distances[4]) {
    for (int edge = 0; edge < 4; edge++) distances[edge] = 0.1f * expf(fminf(fmaxf(raw[edge], -4), 2.5f));
}

float gw_box_loss(
    int side, int columns, int classes, const float *boxes, int count, const float *outputs, float *slopes) {
    memset(slopes, 0, sizeof(float) * side * side * columns);
    float total = 0;
    // Which box a cell stands for, so that its scores are not taken for those of nothing.
    uint8_t owner[GW_DENSE_RESULT_SIDE * GW_DENSE_RESULT_SIDE] = {0};
    float share[GW_BOXES + 1];
    if (count > GW_BOXES) count = GW_BOXES;
    for (int index = 0; index < count; index++) {
        int rows[2], across[2];
        if (!owned(boxes + 5 * index, side, rows, across)) continue;
        for (int y = rows[0]; y <= rows[1]; y++)
            for (int x = across[0]; x <= across[1]; x++) owner[y * side + x] = (uint8_t)(index + 1);
    }
    int cells[GW_BOXES + 1] = {0};
    for (int cell = 0; cell < side * side; cell++) cells[owner[cell]]++;
    for (int index = 1; index <= count; index++) share[index] = 1 / fmaxf(1, (float)cells[index]);
    for (int cell = 0; cell < side * side; cell++, outputs += columns, slopes += columns) {
        int own = owner[cell];
        if (!own) {
            for (int label = 0; label < classes; label++)
                total += score_loss(outputs[label], 0, NOTHING, slopes + label);
            continue;
        }
        const float *box = boxes + 5 * (own - 1);
        float x = ((float)(cell % side) + 0.5f) / (float)side, y = ((float)(cell / side) + 0.5f) / (float)side;
        const float least = 1e-3f;
        float truth[4] = {
            fmaxf(x - box[1], least), fmaxf(y - box[2], least), fmaxf(box[3] - x, least), fmaxf(box[4] - y, least)};
        float distances[4], slope[4], overlap;
        gw_box_distances(outputs + classes, distances);
        float loss = overlap_loss(distances, truth, &overlap, slope);
        total += share[own] * loss;
        for (int edge = 0; edge < 4; edge++) {
            float raw = outputs[classes + edge];
            slopes[classes + edge] = raw > -4 && raw < 2.5f ? share[own] * slope[edge] : 0;
        }
        for (int label = 0; label < classes; label++) {
            float target = label == (int)box[0] ? overlap : 0;
            total += score_loss(outputs[label], target, share[own], slopes + label);
        }
    }
    return total;
}

void gw_add(const float *values, float *to, size_t count) {
    for (size_t index = 0; index < count; index++) to[index] += values[index];
}

void gw_multiply(float *values, float by, size_t count) {
    for (size_t index = 0; index < count; index++) values[index] *= by;
}

float gw_mask_loss(
    int cells, int columns, int classes, const uint8_t *targets, const float *weights, const float *outputs,
    float *slopes) {
    memset(slopes, 0, sizeof(float) * cells * columns);
    float total = 0, share = 1 / (float)cells;
    for (int cell = 0; cell < cells; cell++, outputs += columns, slopes += columns) {
        int target = targets[cell];
        if (target >= classes) continue;
        float weight = weights[target] * share;
        memcpy(slopes, outputs, sizeof(float) * classes);
        gw_softmax(slopes, classes);
        total -= weight * logf(fmaxf(slopes[target], 1e-30f));
        slopes[target] -= 1;
        for (int label = 0; label < classes; label++) slopes[label] *= weight;
    }
    return total;
}

void gw_mask_probabilities(int side, int columns, int classes, const float *logits, float *probabilities) {
    for (int y = 0; y < 2 * side; y++)
        for (int x = 0; x < 2 * side; x++, probabilities += classes) {
            // The middle of a small cell lies a quarter of a large one off the large one's.
            int row = y / 2, other_row = row + (y % 2 ? 1 : -1);
            int column = x / 2, other_column = column + (x % 2 ? 1 : -1);
            if (other_row < 0 || other_row >= side) other_row = row;
            if (other_column < 0 || other_column >= side) other_column = column;
            const float *near = logits + ((size_t)row * side + column) * columns;
            const float *beside = logits + ((size_t)row * side + other_column) * columns;
            const float *above = logits + ((size_t)other_row * side + column) * columns;
            const float *across = logits + ((size_t)other_row * side + other_column) * columns;
            for (int label = 0; label < classes; label++)
                probabilities[label] = 0.5625f * near[label] + 0.1875f * (beside[label] + above[label])
                    + 0.0625f * across[label];
            gw_softmax(probabilities, classes);
        }
}

void gw_mask_decide(
    int cells, int classes, const float *probabilities, float favour, uint8_t *result, gw_class_cover *covers) {
    memset(covers, 0, sizeof(gw_class_cover) * classes);
    for (int cell = 0; cell < cells; cell++, probabilities += classes) {
        int best = 0;
        float highest = probabilities[0] * favour;
        for (int label = 0; label < classes; label++) {
            float value = probabilities[label];
            covers[label].mass += value;
            if (value > covers[label].peak) covers[label].peak = value;
            if (label > 0 && value > highest) highest = value, best = label;
        }
        result[cell] = (uint8_t)best;
        covers[best].cells += 1, covers[best].hits += probabilities[best];
    }
}
