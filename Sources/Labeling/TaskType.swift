// The kinds of labeling task and what the service fixes for each: names, type strings, limits, the form of the worker's
// page. A job's kind is not a member of any request; it follows from the functions it names (TaskType+ARNs.swift).

package import Kernel

/// A kind of labeling task. The raw value is the name its AWS-owned functions carry after `PRE-` and `ACS-`.
package enum TaskType: String, CaseIterable, Hashable, Sendable {
    case imageMultiClass = "ImageMultiClass"
    case imageMultiClassMultiLabel = "ImageMultiClassMultiLabel"
    case textMultiClass = "TextMultiClass"
    case textMultiClassMultiLabel = "TextMultiClassMultiLabel"
    case videoMultiClass = "VideoMultiClass"
    case boundingBox = "BoundingBox"
    case semanticSegmentation = "SemanticSegmentation"
    case namedEntityRecognition = "NamedEntityRecognition"
    case videoObjectDetection = "VideoObjectDetection"
    case videoObjectTracking = "VideoObjectTracking"
    case pointCloudObjectDetection = "3DPointCloudObjectDetection"
    case pointCloudObjectTracking = "3DPointCloudObjectTracking"
    case pointCloudSemanticSegmentation = "3DPointCloudSemanticSegmentation"
    case verificationBoundingBox = "VerificationBoundingBox"
    case verificationSemanticSegmentation = "VerificationSemanticSegmentation"
    case adjustmentBoundingBox = "AdjustmentBoundingBox"
    case adjustmentSemanticSegmentation = "AdjustmentSemanticSegmentation"
    case adjustmentVideoObjectDetection = "AdjustmentVideoObjectDetection"
    case adjustmentVideoObjectTracking = "AdjustmentVideoObjectTracking"
    case adjustmentPointCloudObjectDetection = "Adjustment3DPointCloudObjectDetection"
    case adjustmentPointCloudObjectTracking = "Adjustment3DPointCloudObjectTracking"
    case adjustmentPointCloudSemanticSegmentation = "Adjustment3DPointCloudSemanticSegmentation"
    case passThrough = "PassThrough"
    /// The customer's own functions; no AWS-owned function carries this name.
    case custom = "Custom"

    /// The kinds that AWS-owned functions stand for.
    package static let builtIn = allCases.filter { $0 != .custom }
}

extension TaskType {
    /// The task that an adjustment changes the labels of; every other kind is its own.
    package var base: TaskType {
        switch self {
        case .adjustmentBoundingBox: .boundingBox
        case .adjustmentSemanticSegmentation: .semanticSegmentation
        case .adjustmentVideoObjectDetection: .videoObjectDetection
        case .adjustmentVideoObjectTracking: .videoObjectTracking
        case .adjustmentPointCloudObjectDetection: .pointCloudObjectDetection
        case .adjustmentPointCloudObjectTracking: .pointCloudObjectTracking
        case .adjustmentPointCloudSemanticSegmentation: .pointCloudSemanticSegmentation
        default: self
        }
    }

    /// Whether workers start from labels of an earlier job and change them.
    package var isAdjustment: Bool { base != self }
    /// Whether workers judge labels of an earlier job.
    package var isVerification: Bool { self == .verificationBoundingBox || self == .verificationSemanticSegmentation }
    /// Whether the objects are point clouds, alone or in sequences.
    package var isPointCloud: Bool {
        switch base {
        case .pointCloudObjectDetection, .pointCloudObjectTracking, .pointCloudSemanticSegmentation: true
        default: false
        }
    }
    /// Whether the objects are sequences of video frames.
    package var isVideoFrame: Bool { base == .videoObjectDetection || base == .videoObjectTracking }

    /// Whether people's work on one object is never merged: exactly one worker sees it.
    package var takesSingleWorker: Bool { isPointCloud || isVideoFrame }

    /// What `type` in the label's metadata says.
    package var metadataType: String {
        switch base {
        case .imageMultiClass: "groundtruth/image-classification"
        case .imageMultiClassMultiLabel: "groundtruth/image-classification-multilabel"
        case .textMultiClass: "groundtruth/text-classification"
        case .textMultiClassMultiLabel: "groundtruth/text-classification-multilabel"
        case .videoMultiClass: "groundtruth/video-classification"
        case .boundingBox: "groundtruth/object-detection"
        case .semanticSegmentation: "groundtruth/semantic-segmentation"
        case .namedEntityRecognition: "groundtruth/text-span"
        case .videoObjectDetection: "groundtruth/video-object-detection"
        case .videoObjectTracking: "groundtruth/video-object-tracking"
        case .pointCloudObjectDetection: "groundtruth/point_cloud_object_detection"
        case .pointCloudObjectTracking: "groundtruth/point_cloud_object_tracking"
        case .pointCloudSemanticSegmentation: "groundtruth/point_cloud_single_frame_semantic_segmentation"
        case .verificationBoundingBox, .verificationSemanticSegmentation: "groundtruth/label-verification"
        default: "groundtruth/custom"
        }
    }

    /// Whether the label is written to a file of its own, so that the label attribute's name must end in `-ref`.
    package var writesLabelFiles: Bool {
        switch base {
        case .semanticSegmentation, .pointCloudSemanticSegmentation, .pointCloudObjectTracking: true
        default: isVideoFrame
        }
    }

    /// The account that owns AWS's own worker pages and the public workforce, the same in all regions.
    package static let publicAccount = "394669845002"

    /// Which member of `UiConfig` a job of this kind gives.
    package enum WorkerInterface: Hashable, Sendable {
        case template
        /// The AWS-owned page of this name.
        case humanTaskUi(String)
    }

    /// AWS's own page for entities, frames and point clouds, else a template (API reference: UiConfig).
    package var workerInterface: WorkerInterface {
        switch base {
        case .namedEntityRecognition: .humanTaskUi("NamedEntityRecognition")
        case .videoObjectDetection: .humanTaskUi("VideoObjectDetection")
        case .videoObjectTracking: .humanTaskUi("VideoObjectTracking")
        case .pointCloudObjectDetection: .humanTaskUi("PointCloudObjectDetection")
        case .pointCloudObjectTracking: .humanTaskUi("PointCloudObjectTracking")
        case .pointCloudSemanticSegmentation: .humanTaskUi("PointCloudSemanticSegmentation")
        default: .template
        }
    }

    /// Whether a label category file must be given; custom workflows may do without.
    package var needsLabelCategories: Bool { self != .custom && self != .passThrough }
}

extension TaskType {
    /// Whether the objects are single images.
    package var showsImages: Bool {
        switch base {
        case .imageMultiClass, .imageMultiClassMultiLabel, .boundingBox, .semanticSegmentation,
            .verificationBoundingBox, .verificationSemanticSegmentation:
            true
        default: false
        }
    }

    /// Whether the objects must be named by `source-ref`.
    package var needsReference: Bool { showsImages || isVideoFrame || isPointCloud }

    /// Whether answers are drawn on an image, so that its measures are needed to read and to write them.
    package var isDrawnOnImages: Bool { base == .boundingBox || base == .semanticSegmentation }

    /// Whether the objects must be texts that the manifest holds itself, in `source`.
    package var showsTexts: Bool {
        base == .textMultiClass || base == .textMultiClassMultiLabel || base == .namedEntityRecognition
    }

    /// The median time that one worker takes for one object: typical figures of published studies, with two things to
    /// draw or to mark in an object.
    package var medianActiveTime: Duration {
        switch base {
        case .textMultiClass: .seconds(6)
        case .imageMultiClass: .seconds(3)
        case .imageMultiClassMultiLabel, .textMultiClassMultiLabel: .seconds(8)
        case .boundingBox: .seconds(32)
        case .semanticSegmentation: .seconds(160)
        case .namedEntityRecognition: .seconds(23)
        case .verificationBoundingBox, .verificationSemanticSegmentation: .seconds(5)
        default: .seconds(10)
        }
    }
}

// MARK: Limits (developer guide: input data quotas)

extension TaskType {
    /// How many label categories a job may have; nil above is no limit.
    package func labelCategoryBounds(isAutomated: Bool) -> (least: Int, most: Int?) {
        switch base {
        case .imageMultiClass, .textMultiClass: (2, nil)
        case .imageMultiClassMultiLabel, .textMultiClassMultiLabel: (2, 50)
        case .boundingBox: (1, 50)
        // The file of a mask has one byte for a pixel, and the background takes one of its numbers.
        case .semanticSegmentation: (1, isAutomated ? 20 : 255)
        case .videoMultiClass: (1, 30)
        case .custom, .passThrough: (0, nil)
        default: (1, takesSingleWorker ? 30 : nil)
        }
    }

    /// The longest name of a label category, in characters.
    package var categoryNameCharacters: Int { takesSingleWorker ? 16 : 256 }

    /// The largest `TaskTimeLimitInSeconds`.
    package var longestTaskTime: Duration { takesSingleWorker ? .seconds(30 * 86_400) : .seconds(28_800) }

    /// The largest number of objects in one job.
    package func objectsPerJob(_ limits: Limits) -> Int {
        base == .semanticSegmentation || self == .verificationSemanticSegmentation
            ? limits.objectsPerSegmentationJob : limits.objectsPerJob
    }

    /// The largest image, in pixels; with automated labeling it is bounded by its sides.
    package func largestImage(isAutomated: Bool, _ limits: Limits) -> ImageBound {
        guard isAutomated else { return .pixels(limits.imagePixels) }
        return base == .semanticSegmentation
            ? .sides(width: 1920, height: 1080) : .sides(width: 3840, height: 2160)
    }

    /// A bound on an image's area, or on each of its sides.
    package enum ImageBound: Hashable, Sendable {
        case pixels(Int)
        case sides(width: Int, height: Int)
    }
}
