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
