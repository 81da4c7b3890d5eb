// The service's own algorithms, which people name by the images that hold them, and what is ours in their place. No
// container runs: an image only says which learner is meant, what its log looks like and how it writes predictions.

package import Kernel
package import Labeling

/// An algorithm of the service.
package enum TrainingAlgorithm: String, Hashable, Sendable, CaseIterable {
    case imageClassification = "image-classification"
    case objectDetection = "object-detection"
    case textClassification = "blazingtext"
    /// Only as what a labeling job made: nobody can ask for it.
    case semanticSegmentation = "semantic-segmentation"

    /// Those that a training job or a model may name.
    package static let served: [TrainingAlgorithm] = [.imageClassification, .objectDetection, .textClassification]

    /// The kind of labels that it learns from.
    package var taskType: TaskType {
        switch self {
        case .imageClassification: .imageMultiClass
        case .objectDetection: .boundingBox
        case .textClassification: .textMultiClass
        case .semanticSegmentation: .semanticSegmentation
        }
    }

    /// The algorithm that learns a kind of labels; nil where the service has none.
    package init?(_ type: TaskType) {
        guard let found = Self.allCases.first(where: { $0.taskType == type }) else { return nil }
        self = found
    }

    /// Whether it looks at images; the others read text.
    package var takesImages: Bool { self != .textClassification }

    // MARK: Images

    /// The accounts that hold the images, by region; the same for all of these algorithms. Source: the table "Docker
    /// Registry Paths and Example Code" of the developer guide, as the SageMaker Python SDK carries it
    /// (image_uri_config/object-detection.json, blazingtext.json).
    private static let accounts: [String: String] = [
        "af-south-1": "455444449433", "ap-east-1": "286214385809", "ap-northeast-1": "501404015308",
        "ap-northeast-2": "306986355934", "ap-northeast-3": "364406365360", "ap-south-1": "991648021394",
        "ap-southeast-1": "475088953585", "ap-southeast-2": "544295431143", "ca-central-1": "469771592824",
        "cn-north-1": "390948362332", "cn-northwest-1": "387376663083", "eu-central-1": "813361260812",
        "eu-north-1": "669576153137", "eu-south-1": "257386234256", "eu-west-1": "685385470294",
        "eu-west-2": "644912444149", "eu-west-3": "749696950732", "me-south-1": "249704162688",
        "sa-east-1": "855470959533", "us-east-1": "811284229777", "us-east-2": "825641698319",
        "us-gov-west-1": "226302683700", "us-west-1": "632365934929", "us-west-2": "433757028032",
    ]

    /// The image of a region, with the only version there is; nil where the region has none.
    package func image(in region: Region) -> String? {
        Self.accounts[region.description].map { account in
            "\(account).dkr.ecr.\(region).\(Self.domain(of: region))/\(rawValue):1"
        }
    }

    private static func domain(of region: Region) -> String {
        region.description.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
    }

    /// The served algorithm that an image of a region holds; nil for every other image. Images come with the tag `1`,
    /// `latest` or none.
    package init?(image: String, in region: Region) {
        let parts = image.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 1 || ["1", "latest"].contains(parts[1]) else { return nil }
        let found = Self.served.first { algorithm in
            algorithm.image(in: region).map { $0.dropLast(":1".count) == parts[0] } ?? false
        }
        guard let found else { return nil }
        self = found
    }

    // MARK: Metrics

    /// What the service reads out of the algorithm's log: the name of a metric and the pattern of its line.
    package var metricDefinitions: [(name: String, regex: String)] {
        switch self {
        case .imageClassification:
            [
                ("train:accuracy", #"Epoch\S* Train-accuracy=(\S*)"#),
                ("validation:accuracy", #"Epoch\S* Validation-accuracy=(\S*)"#),
            ]
        case .objectDetection:
            [
                ("train:progress", #"#progress_metric: host=\S+, completed (\S+) %"#),
                ("validation:mAP", #"#quality_metric: host=\S+, epoch=\S+, validation mAP <score>=\((\S+)\)"#),
            ]
        case .textClassification:
            [("train:accuracy", #"#train_accuracy: (\S+)"#), ("validation:accuracy", #"#validation_accuracy: (\S+)"#)]
        case .semanticSegmentation:
            [("validation:mIOU", #"#quality_metric: host=\S+, epoch=\S+, validation mIOU <score>=(\S+)"#)]
        }
    }

    /// The metric by which models of the algorithm are compared.
    package var validationMetric: String {
        switch self {
        case .imageClassification, .textClassification: "validation:accuracy"
        case .objectDetection: "validation:mAP"
        case .semanticSegmentation: "validation:mIOU"
        }
    }
}
