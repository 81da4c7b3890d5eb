// The algorithms' own settings. The service looks at them when the container starts: a wrong one fails the job, not the
// request. Ours have an effect where a learner has something like them; the rest are checked for their form only, and
// the log says so.

internal import Learning

/// What the hyperparameters of a training job say.
struct TrainingHyperparameters: Hashable {
    /// `num_classes`; nil for texts, whose classes are those that occur.
    let classes: Int?

    private static let positive: Set<String> = [
        "num_classes", "num_training_samples", "mini_batch_size", "epochs", "num_layers", "resize", "top_k",
        "checkpoint_frequency", "label_width", "min_count", "vector_dim", "word_ngrams", "early_stopping_min_epochs",
        "early_stopping_patience", "min_epochs", "patience",
    ]
    private static let images: Set<String> = [
        "num_classes", "num_training_samples", "mini_batch_size", "epochs", "image_shape", "kv_store", "learning_rate",
        "lr_scheduler_factor", "lr_scheduler_step", "momentum", "optimizer", "use_pretrained_model", "weight_decay",
        "early_stopping", "early_stopping_min_epochs", "early_stopping_patience", "early_stopping_tolerance",
    ]
    /// The names in the developer guide: Image Classification, Object Detection and BlazingText Hyperparameters.
    private static func known(_ algorithm: TrainingAlgorithm) -> Set<String> {
        switch algorithm {
        case .imageClassification:
            images.union([
                "augmentation_type", "beta_1", "beta_2", "checkpoint_frequency", "eps", "gamma", "multi_label",
                "num_layers", "precision_dtype", "resize", "top_k", "use_weighted_loss",
            ])
        case .objectDetection:
            images.union([
                "base_network", "freeze_layer_pattern", "label_width", "nms_threshold", "overlap_threshold",
            ])
        case .textClassification:
            [
                "mode", "buckets", "early_stopping", "epochs", "learning_rate", "min_count", "min_epochs", "patience",
                "vector_dim", "word_ngrams",
            ]
        case .semanticSegmentation: images
        }
    }

    /// The refusal is the job's FailureReason.
    init(_ values: [String: String], for algorithm: TrainingAlgorithm) throws(TrainingRefusal) {
        let known = Self.known(algorithm)
        if let name = values.keys.sorted().first(where: { !known.contains($0) }) {
            throw TrainingRefusal(
                "Additional hyperparameters are not allowed ('\(name)' was unexpected); \(algorithm.rawValue) takes "
                    + known.sorted().joined(separator: ", "))
        }
        let required = algorithm.takesImages ? ["num_classes", "num_training_samples"] : ["mode"]
        for name in required where values[name] == nil {
            throw TrainingRefusal("'\(name)' is a required hyperparameter of \(algorithm.rawValue)")
        }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) where Self.positive.contains(name) {
            guard let number = Int(value), number > 0 else {
                throw TrainingRefusal("the hyperparameter '\(name)' must be a positive whole number, not '\(value)'")
            }
        }
        if let mode = values["mode"], mode != "supervised" {
            throw TrainingRefusal(
                "the mode '\(mode)' is not served: of BlazingText there is 'supervised', which classifies texts")
        }
        if let value = values["multi_label"], value != "0" {
            throw TrainingRefusal("multi_label is not served: an image has one label here")
        }
        classes = values["num_classes"].flatMap { Int($0) }
        let most = LearnedModels.classes.upperBound
        if let classes, classes > most {
            throw TrainingRefusal("the hyperparameter 'num_classes' is \(classes); at most \(most) are served")
        }
    }
}

/// Why a job cannot be done as it was ordered; the text goes into its FailureReason.
struct TrainingRefusal: Error, Hashable {
    let text: String

    init(_ text: String) { self.text = text }
}
