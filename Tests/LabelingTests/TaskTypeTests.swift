import Kernel
import Testing

@testable import Labeling

@Suite struct TaskTypeTests {
    /// The names of the API reference, written out here once more.
    private static let names = [
        "BoundingBox", "ImageMultiClass", "ImageMultiClassMultiLabel", "SemanticSegmentation", "TextMultiClass",
        "TextMultiClassMultiLabel", "NamedEntityRecognition", "VideoMultiClass", "VideoObjectDetection",
        "VideoObjectTracking", "3DPointCloudObjectDetection", "3DPointCloudObjectTracking",
        "3DPointCloudSemanticSegmentation", "VerificationBoundingBox", "VerificationSemanticSegmentation",
        "AdjustmentBoundingBox", "AdjustmentSemanticSegmentation", "AdjustmentVideoObjectDetection",
        "AdjustmentVideoObjectTracking", "Adjustment3DPointCloudObjectDetection",
        "Adjustment3DPointCloudObjectTracking", "Adjustment3DPointCloudSemanticSegmentation", "PassThrough",
    ]

    @Test func allBuiltInNamesAreThere() {
        #expect(Set(TaskType.builtIn.map(\.rawValue)) == Set(Self.names))
        #expect(TaskType.builtIn.count == 23)
    }

    @Test func labelAttributesOfKindsThatWriteFilesEndInRef() {
        let expected: Set<TaskType> = [
            .semanticSegmentation, .adjustmentSemanticSegmentation, .videoObjectDetection, .videoObjectTracking,
            .adjustmentVideoObjectDetection, .adjustmentVideoObjectTracking, .pointCloudSemanticSegmentation,
            .adjustmentPointCloudSemanticSegmentation, .pointCloudObjectTracking, .adjustmentPointCloudObjectTracking,
        ]
        #expect(Set(TaskType.allCases.filter(\.writesLabelFiles)) == expected)
    }

    @Test func pointCloudsAndVideoFramesHaveOneWorker() {
        let single = TaskType.allCases.filter(\.takesSingleWorker).map(\.rawValue)
        #expect(single.count == 10)
        #expect(single.allSatisfy { $0.contains("3DPointCloud") || $0.contains("VideoObject") })
    }

    @Test func typeStringsAreThoseOfRealManifests() {
        let expected: [TaskType: String] = [
            .imageMultiClass: "groundtruth/image-classification",
            .imageMultiClassMultiLabel: "groundtruth/image-classification-multilabel",
            .textMultiClass: "groundtruth/text-classification",
            .textMultiClassMultiLabel: "groundtruth/text-classification-multilabel",
            .boundingBox: "groundtruth/object-detection",
            .adjustmentBoundingBox: "groundtruth/object-detection",
            .semanticSegmentation: "groundtruth/semantic-segmentation",
            .adjustmentSemanticSegmentation: "groundtruth/semantic-segmentation",
            .namedEntityRecognition: "groundtruth/text-span",
            .verificationBoundingBox: "groundtruth/label-verification",
            .verificationSemanticSegmentation: "groundtruth/label-verification",
            .videoObjectDetection: "groundtruth/video-object-detection",
            .adjustmentVideoObjectTracking: "groundtruth/video-object-tracking",
            .pointCloudObjectDetection: "groundtruth/point_cloud_object_detection",
            .pointCloudObjectTracking: "groundtruth/point_cloud_object_tracking",
            .adjustmentPointCloudSemanticSegmentation:
                "groundtruth/point_cloud_single_frame_semantic_segmentation",
            .videoMultiClass: "groundtruth/video-classification", .custom: "groundtruth/custom",
            .passThrough: "groundtruth/custom",
        ]
        for (type, text) in expected { #expect(type.metadataType == text) }
    }

    @Test func pagesAreTemplatesButForSomeKinds() {
        let templates: Set<TaskType> = [
            .imageMultiClass, .imageMultiClassMultiLabel, .textMultiClass, .textMultiClassMultiLabel, .videoMultiClass,
            .boundingBox, .semanticSegmentation, .verificationBoundingBox, .verificationSemanticSegmentation,
            .adjustmentBoundingBox, .adjustmentSemanticSegmentation, .passThrough, .custom,
        ]
        #expect(Set(TaskType.allCases.filter { $0.workerInterface == .template }) == templates)
        #expect(
            TaskType.adjustmentPointCloudObjectTracking.workerInterface == .humanTaskUi("PointCloudObjectTracking"))
        #expect(TaskType.namedEntityRecognition.workerInterface == .humanTaskUi("NamedEntityRecognition"))
    }

    @Test func limitsFollowTheGuide() {
        #expect(TaskType.imageMultiClass.labelCategoryBounds(isAutomated: true) == (2, nil))
        #expect(TaskType.textMultiClassMultiLabel.labelCategoryBounds(isAutomated: false) == (2, 50))
        #expect(TaskType.boundingBox.labelCategoryBounds(isAutomated: false) == (1, 50))
        #expect(TaskType.semanticSegmentation.labelCategoryBounds(isAutomated: true) == (1, 20))
        // The guide knows no limit; an indexed PNG has 256 numbers, one of them the background's.
        #expect(TaskType.semanticSegmentation.labelCategoryBounds(isAutomated: false) == (1, 255))
        #expect(TaskType.videoObjectTracking.labelCategoryBounds(isAutomated: false) == (1, 30))
        #expect(TaskType.namedEntityRecognition.labelCategoryBounds(isAutomated: false) == (1, nil))
        #expect(TaskType.imageMultiClass.objectsPerJob(Limits()) == 100_000)
        #expect(TaskType.adjustmentSemanticSegmentation.objectsPerJob(Limits()) == 20_000)
        #expect(TaskType.imageMultiClass.longestTaskTime == .seconds(28_800))
        #expect(TaskType.pointCloudObjectDetection.longestTaskTime == .seconds(2_592_000))
        #expect(TaskType.videoObjectDetection.categoryNameCharacters == 16)
        #expect(TaskType.imageMultiClass.categoryNameCharacters == 256)
        #expect(TaskType.imageMultiClass.largestImage(isAutomated: false, Limits()) == .pixels(100_000_000))
        #expect(
            TaskType.semanticSegmentation.largestImage(isAutomated: true, Limits())
                == .sides(width: 1920, height: 1080))
    }

    @Test func onlyCustomWorkflowsDoWithoutCategories() {
        #expect(TaskType.allCases.filter { !$0.needsLabelCategories } == [.passThrough, .custom])
    }
}

@Suite struct WorkflowFunctionTests {
    @Test func everyBuiltInFunctionOfEveryRegionIsKnown() throws {
        #expect(WorkflowFunction.owners.count == 12)
        for name in WorkflowFunction.owners.keys {
            let region = try #require(Region(name))
            for type in TaskType.builtIn {
                for role in WorkflowFunction.Role.allCases {
                    let arn = try #require(WorkflowFunction.arn(role, type, in: region))
                    #expect(WorkflowFunction(arn.description) == .builtIn(role, type))
                }
            }
        }
        let arn = "arn:aws:lambda:us-west-2:081040173940:function:PRE-3DPointCloudObjectTracking"
        #expect(WorkflowFunction(arn) == .builtIn(.preHumanTask, .pointCloudObjectTracking))
    }

    @Test func regionsWithoutAnAccountHaveNoFunctions() throws {
        let stockholm = try #require(Region("eu-north-1"))
        #expect(WorkflowFunction.arn(.preHumanTask, .imageMultiClass, in: stockholm) == nil)
        #expect(WorkflowFunction.arn(.preHumanTask, .custom, in: .standard) == nil)
    }

    @Test func bothNamesOfVideoClassificationAreTaken() {
        for name in ["VideoMultiClass", "VideoClassification"] {
            let arn = "arn:aws:lambda:eu-west-1:568282634449:function:ACS-\(name)"
            #expect(WorkflowFunction(arn) == .builtIn(.annotationConsolidation, .videoMultiClass))
        }
    }

    @Test(arguments: [
        "arn:aws:lambda:us-east-1:111122223333:function:PRE-ImageMultiClass",
        "arn:aws:lambda:us-east-1:432418664414:function:PRE-SomethingNew",
        "arn:aws:lambda:us-east-1:432418664414:function:PRE-Custom",
        "arn:aws:lambda:us-east-1:432418664414:function:pre-ImageMultiClass",
        "arn:aws:lambda:us-east-1:432418664414:function:ImageMultiClass",
        "arn:aws:lambda:eu-west-1:111122223333:function:my-sagemaker-function",
    ])
    func otherFunctionsAreTheCustomersOwn(text: String) throws {
        let arn = try #require(ARN(text))
        #expect(WorkflowFunction(text) == .custom(arn))
    }

    @Test(arguments: [
        "", "PRE-ImageMultiClass", "arn:aws:s3:::bucket", "arn:aws:lambda:us-east-1:432418664414:layer:x",
    ])
    func otherTextIsNoFunction(text: String) {
        #expect(WorkflowFunction(text) == nil)
    }

    private static func arn(_ name: String) -> String { "arn:aws:lambda:us-east-1:432418664414:function:\(name)" }
    private static let own = "arn:aws:lambda:us-east-1:111122223333:function:SageMaker-mine"

    @Test func twoFunctionsOfOneKindNameIt() throws {
        for type in TaskType.builtIn {
            let named = try TaskType.named(
                byPreHumanTask: Self.arn("PRE-\(type.rawValue)"),
                annotationConsolidation: Self.arn("ACS-\(type.rawValue)"))
            #expect(named == type)
        }
    }

    @Test func absentFunctionsPassThroughAndOwnConsolidationIsCustom() throws {
        #expect(try TaskType.named(byPreHumanTask: nil, annotationConsolidation: nil) == .passThrough)
        #expect(try TaskType.named(byPreHumanTask: Self.own, annotationConsolidation: Self.own) == .custom)
        #expect(try TaskType.named(byPreHumanTask: nil, annotationConsolidation: Self.own) == .custom)
        #expect(
            try TaskType.named(byPreHumanTask: Self.arn("PRE-BoundingBox"), annotationConsolidation: Self.own)
                == .custom)
    }

    @Test func anOwnPreAnnotationFunctionLeavesTheKindToTheConsolidation() throws {
        for type in TaskType.builtIn {
            let named = try TaskType.named(
                byPreHumanTask: Self.own, annotationConsolidation: Self.arn("ACS-\(type.rawValue)"))
            #expect(named == type)
        }
        #expect(try TaskType.named(byPreHumanTask: Self.own, annotationConsolidation: nil) == .passThrough)
    }

    @Test func functionsOfTwoKindsAreRefused() {
        #expect(
            throws: TaskType.FunctionMismatch.different(
                preHumanTask: .boundingBox, annotationConsolidation: .imageMultiClass)
        ) {
            try TaskType.named(
                byPreHumanTask: Self.arn("PRE-BoundingBox"), annotationConsolidation: Self.arn("ACS-ImageMultiClass"))
        }
        #expect(
            throws: TaskType.FunctionMismatch.different(
                preHumanTask: .boundingBox, annotationConsolidation: .passThrough)
        ) {
            try TaskType.named(byPreHumanTask: Self.arn("PRE-BoundingBox"), annotationConsolidation: nil)
        }
    }

    @Test func functionsInTheWrongPlaceAreRefused() {
        let consolidation = Self.arn("ACS-BoundingBox")
        #expect(throws: TaskType.FunctionMismatch.wrongRole(consolidation)) {
            try TaskType.named(byPreHumanTask: consolidation, annotationConsolidation: consolidation)
        }
        #expect(throws: TaskType.FunctionMismatch.notAFunction("x")) {
            try TaskType.named(byPreHumanTask: "x", annotationConsolidation: nil)
        }
    }

    @Test func algorithmsBelongToOneKindEach() throws {
        let arn = "arn:aws:sagemaker:eu-west-3:027400017018:labeling-job-algorithm-specification/image-classification"
        #expect(LabelingAlgorithm(arn: arn) == .imageClassification)
        #expect(TaskType.imageMultiClass.algorithm == .imageClassification)
        #expect(TaskType.boundingBox.algorithm == .objectDetection)
        #expect(TaskType.textMultiClass.algorithm == .textClassification)
        #expect(TaskType.semanticSegmentation.algorithm == .semanticSegmentation)
        #expect(TaskType.allCases.count { $0.algorithm != nil } == 4)
        for text in ["", arn + "x", arn.replacing("027400017018", with: "111122223333")] {
            #expect(LabelingAlgorithm(arn: text) == nil)
        }
        #expect(LabelingAlgorithm.objectDetection.instanceTypes(in: .standard) == ("ml.p3.2xlarge", "ml.c5.4xlarge"))
        let mumbai = try #require(Region("ap-south-1"))
        #expect(LabelingAlgorithm.semanticSegmentation.instanceTypes(in: mumbai).inference == "ml.p2.8xlarge")
    }
}
