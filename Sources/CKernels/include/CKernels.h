// Numeric kernels of learning: the pretrained backbone, and a small convolutional network that is trained. All memory
// is the caller's, nothing is allocated and nothing is kept between calls; every function may run on several threads
// with different memory. The best instruction set of the processor is chosen once, at run time; the
// environment variable
// GROUNDWORK_INSTRUCTION_SET=baseline forces the one that every processor has.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Name of the instruction set in use, such as "avx2".
const char *gw_instruction_set(void);

// MARK: Backbone

enum {
    /// Side of the square input image.
    GW_BACKBONE_SIDE = 224,
    /// Floats in the flat file after its header, and in the packed form.
    GW_BACKBONE_WEIGHTS = 692688,
    /// Side and depth of the resulting map: 112 channels of stride 16, then 40 channels of stride 8 at each of the
    /// four places (row by row) that one pixel of the map covers.
    GW_MAP_SIDE = 14,
    GW_MAP_CHANNELS = 272,
};

/// Brings weights from the order of the flat file into the order the kernels read.
void gw_backbone_pack(const float *flat, float *packed);

/// Bytes of working memory for one run; 64-byte alignment is best.
size_t gw_backbone_workspace(void);

/// Runs the backbone on 224 x 224 pixels of red, green, blue; `maps` gets 14 * 14 * 272 half-precision numbers.
void gw_backbone_run(const float *packed, const uint8_t *pixels, void *workspace, uint16_t *maps);

// MARK: The rest of the backbone

enum {
    /// Floats in the flat file of the rest after its header, and in the packed form.
    GW_REST_WEIGHTS = 2657312,
    /// Pooled values: of the head's 1280 channels mean and maximum, of the 112 of stride 16 mean and maximum, of the 40
    /// of stride 8 the maximum.
    GW_POOLED = 2824,
};

/// Brings weights from the order of the flat file into the order the kernels read.
void gw_rest_pack(const float *flat, float *packed);

/// Bytes of working memory for one run; 64-byte alignment is best.
size_t gw_rest_workspace(void);

/// Runs the blocks after stride 16 and the head on kept maps; `pooled` gets 2824 half-precision numbers.
void gw_rest_run(const float *packed, const uint16_t *maps, void *workspace, uint16_t *pooled);

/// Half-precision numbers to single precision.
void gw_values_of_halves(const uint16_t *halves, float *values, int count);

// MARK: Small network

enum { GW_LAYERS = 4 };

/// A square convolution with zero padding and rectification. The kernel is 1 or 3, the stride 1 or 2 (3 only).
typedef struct {
    int channels;  // of the result; a multiple of 8
    int kernel;
    int stride;
} gw_layer;

/// Convolutions, then mean and maximum over all positions, then a linear layer to the classes.
typedef struct {
    int side;      // of the square input
    int channels;  // of the input; a multiple of 8 for a first kernel of 1
    int layer_count;
    gw_layer layers[GW_LAYERS];
    int classes;
} gw_network;

/// Number of parameters: for each layer weights [row][column][input][output] and biases, then those of the linear one.
size_t gw_network_parameters(const gw_network *network);
/// Of these, the ones before the linear layer.
size_t gw_network_body(const gw_network *network);
size_t gw_network_workspace(const gw_network *network);

/// Clears a workspace; once, before its first use.
void gw_network_prepare(const gw_network *network, void *workspace);

/// Puts half-precision maps into the input as (value - shift) * scale per channel, moved by (down, right) pixels, with
/// zeros where nothing was, and mirrored left to right if asked; the last `nested` channels belong to four places
/// (row by row) within the pixel and are exchanged accordingly.
void gw_network_load_maps(
    const gw_network *network, void *workspace, const uint16_t *maps, const float *shift, const float *scale, int down,
    int right, int is_mirrored, int nested);

/// Puts 8-bit pixels into the input as value * gain[channel] + offset[channel], moved and mirrored likewise.
void gw_network_load_pixels(
    const gw_network *network, void *workspace, const uint8_t *pixels, const float gain[3], const float offset[3],
    int down, int right, int is_mirrored);

/// Computes the logits of the loaded input.
void gw_network_forward(const gw_network *network, const float *parameters, void *workspace, float *logits);

/// Needed before `gw_network_learn` whenever the parameters have changed.
void gw_network_transpose(const gw_network *network, const float *parameters, void *workspace);

/// Runs the loaded input forward, with pooled values dropped where the bit of `kept` (64 bits a word, 2 * channels
/// of the last layer in all) is 0 and the others multiplied by `keep_factor`, and back from the cross-entropy against
/// `targets` (probabilities, one a class). Adds the slopes to `gradient`; returns the loss.
float gw_network_learn(
    const gw_network *network, const float *parameters, void *workspace, const float *targets, const uint64_t *kept,
    float keep_factor, float *gradient);

// MARK: Dense network

enum {
    GW_DENSE_LAYERS = 8,
    /// Largest side of a result.
    GW_DENSE_RESULT_SIDE = 64,
    /// Boxes of one picture that learning looks at.
    GW_BOXES = 200,
};

/// A square convolution with zero padding and rectification, which the last layer of a network leaves out.
typedef struct {
    int channels;    // of the result; a multiple of 8
    int kernel;      // 1 or 3
    int is_doubled;  // each pixel becomes two by two, each with weights of its own; the kernel is 1 then
    int is_joined;   // the nested channels of the input follow those of the result, which has twice its side
} gw_dense_layer;

/// Convolutions that say something of every place of a picture.
typedef struct {
    int side;      // of the square input
    int channels;  // of the input; a multiple of 8
    int nested;    // of these, the last ones, which belong to four places (row by row) within the pixel
    int layer_count;
    gw_dense_layer layers[GW_DENSE_LAYERS];
} gw_dense;

/// Number of parameters: for each layer weights [row][column][input][output], or [place][input][output] where it
/// doubles, and biases.
size_t gw_dense_parameters(const gw_dense *network);
/// Side of the result.
int gw_dense_result_side(const gw_dense *network);
size_t gw_dense_workspace(const gw_dense *network);

/// Clears a workspace; once, before its first use.
void gw_dense_prepare(const gw_dense *network, void *workspace);

/// Puts half-precision maps into the input, as `gw_network_load_maps` does.
void gw_dense_load(
    const gw_dense *network, void *workspace, const uint16_t *maps, const float *shift, const float *scale, int down,
    int right, int is_mirrored);

/// Computes the result of the loaded input, row by row, all channels of a cell together.
void gw_dense_forward(const gw_dense *network, const float *parameters, void *workspace, float *outputs);

/// Needed before `gw_dense_backward` whenever the parameters have changed.
void gw_dense_transpose(const gw_dense *network, const float *parameters, void *workspace);

/// Adds the slopes of the parameters to `gradient`, after a forward pass, from those of its result.
void gw_dense_backward(const gw_dense *network, void *workspace, const float *slopes, float *gradient);

/// Adds `count` values to others, and multiplies them by one.
void gw_add(const float *values, float *to, size_t count);
void gw_multiply(float *values, float by, size_t count);

/// How far the edges (left, top, right, bottom) of a cell's box are from its middle, as shares of the picture's side.
void gw_box_distances(const float raw[4], float distances[4]);

/// What outputs cost in the face of the boxes that are there: five numbers each, the class and the edges (left, top,
/// right, bottom); where two compete for a cell the later one has it. A cell's outputs are a logit per class, whose
/// target is the overlap of the cell's box with the true one, and four numbers for `gw_box_distances`. `slopes` gets
/// the slopes of all outputs; the targets count as given.
float gw_box_loss(
    int side, int columns, int classes, const float *boxes, int count, const float *outputs, float *slopes);

/// What logits cost in the face of the class of each cell: the mean of the cells' cross-entropies, multiplied by the
/// weight of their class. Cells of a class that is not there do not count. `slopes` gets the slopes of all outputs.
float gw_mask_loss(
    int cells, int columns, int classes, const uint8_t *targets, const float *weights, const float *outputs,
    float *slopes);

/// The probabilities of the classes on a grid of twice the side, from logits between whose cells lines are drawn.
void gw_mask_probabilities(int side, int columns, int classes, const float *logits, float *probabilities);

/// What is known of a class in a picture, in cells.
typedef struct {
    float cells;  // where it is the likeliest
    float hits;   // of these, as many as are to be expected right
    float mass;   // to be expected in the whole picture
    float peak;   // its highest probability
} gw_class_cover;

/// The likeliest class of each cell, the probability of class 0 multiplied by `favour`.
void gw_mask_decide(
    int cells, int classes, const float *probabilities, float favour, uint8_t *result, gw_class_cover *covers);

/// One step of Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019). `step` counts from 1.
/// Clears the gradient, which is first multiplied by `gradient_scale`.
void gw_adam_step(
    float *parameters, float *gradient, float *mean, float *variance, size_t count, int step, float rate, float decay,
    float gradient_scale);

/// Replaces logits by probabilities.
void gw_softmax(float *logits, int count);

/// Adds each channel's sum and sum of squares over half-precision maps; for standardising.
void gw_channel_sums(const uint16_t *maps, int pixels, int channels, double *sums, double *squares);

/// Likewise for the three colours of 8-bit pixels.
void gw_colour_sums(const uint8_t *pixels, int count, double *sums, double *squares);

// MARK: Linear models

/// A row of features: value i belongs to column columns[i], or to column i where `columns` is NULL.
typedef struct {
    const float *values;
    const int32_t *columns;
    int count;
} gw_row;

/// Adds the row's product with each class's weights: scores[k] += value * weights[column * classes + k].
void gw_row_products(const gw_row *row, const double *weights, int classes, double *scores);

/// Adds the row times each class's factor: weights[column * classes + k] += value * factors[k].
void gw_row_add(const gw_row *row, const double *factors, int classes, double *weights);

/// The cross-entropy of softmax(scores + step * slopes) against a class; `along` is added its derivative by `step`, and
/// `residuals`, which may be NULL, gets its derivatives by the scores.
double gw_softmax_loss(
    const double *scores, const double *slopes, double step, int classes, int label, double *residuals,
    double *along);

/// The sum of a[i] * b[i].
double gw_dot(const double *a, const double *b, size_t count);

/// to[i] = factor * to[i] + other * from[i]
void gw_combine(double *to, double factor, const double *from, double other, size_t count);
