// From function and algorithm ARNs to the kind of task. The service runs one pair of functions per kind, in an account
// of its own per region; nothing else in a request says what kind of job it is.

package import Kernel

/// A function that a job names for its pre-annotation or its consolidation step.
package enum WorkflowFunction: Hashable, Sendable {
    /// Before a task is shown (`PRE-…`), or after its answers are in (`ACS-…`).
    package enum Role: String, CaseIterable, Hashable, Sendable {
        case preHumanTask = "PRE-"
        case annotationConsolidation = "ACS-"
    }

    /// An AWS-owned function; what it does is built in.
    case builtIn(Role, TaskType)
    /// Any other function; it is called.
    case custom(ARN)

    /// The accounts that own the built-in functions, by region.
    package static let owners = [
        "us-east-1": "432418664414", "us-east-2": "266458841044", "us-west-2": "081040173940",
        "ca-central-1": "918755190332", "eu-west-1": "568282634449", "eu-west-2": "487402164563",
        "eu-central-1": "203001061592", "ap-northeast-1": "477331159723", "ap-northeast-2": "845288260483",
        "ap-southeast-1": "377565633583", "ap-southeast-2": "454466003867", "ap-south-1": "565803892007",
    ]
    fileprivate static let ownerAccounts = Set(owners.values)
    private static let names: [String: TaskType] = {
        var names = Dictionary(uniqueKeysWithValues: TaskType.builtIn.map { ($0.rawValue, $0) })
        // The guide's page gives this name, the API reference VideoMultiClass.
        names["VideoClassification"] = .videoMultiClass
        return names
    }()

    /// Nil unless the text is an ARN of a Lambda function.
    package init?(_ text: String) {
        guard let arn = ARN(text), arn.service == "lambda", arn.resource.hasPrefix("function:") else { return nil }
        self = Self.builtInFunction(arn) ?? .custom(arn)
    }

    private static func builtInFunction(_ arn: ARN) -> WorkflowFunction? {
        guard ownerAccounts.contains(arn.account) else { return nil }
        let name = arn.resource.dropFirst("function:".count)
        for role in Role.allCases where name.hasPrefix(role.rawValue) {
            guard let type = names[String(name.dropFirst(role.rawValue.count))] else { return nil }
            return .builtIn(role, type)
        }
        return nil
    }

    /// The ARN of the built-in function in a region that has one.
    package static func arn(_ role: Role, _ type: TaskType, in region: Region) -> ARN? {
        guard type != .custom, let owner = owners[region.description].flatMap({ AccountID($0) }) else { return nil }
        return ARN(
            service: "lambda", region: region, account: owner, resource: "function:" + role.rawValue + type.rawValue)
    }
}

extension TaskType {
    /// Why the functions of a request name no kind of task.
    package enum FunctionMismatch: Error, Hashable, Sendable {
        /// Not the ARN of a Lambda function.
        case notAFunction(String)
        /// A function of the account that AWS's own belong to, with a name that none of them has.
        case unknownBuiltIn(String)
        /// A `PRE-` function where an `ACS-` one belongs, or the other way round.
        case wrongRole(String)
        /// The two functions belong to different kinds of task.
        case different(preHumanTask: TaskType, annotationConsolidation: TaskType)
    }

    /// The kind of task that a job's two functions stand for.
    ///
    /// The consolidation function decides: one of the customer's own makes the job custom, whatever comes before it.
    /// Without one, answers pass through unchanged; without a pre-annotation function, data do.
    package static func named(
        byPreHumanTask preHumanTask: String?, annotationConsolidation: String?
    ) throws(FunctionMismatch) -> TaskType {
        let before = try taskType(of: preHumanTask, as: .preHumanTask)
        let after = try taskType(of: annotationConsolidation, as: .annotationConsolidation)
        if before == .custom || after == .custom { return after }
        guard before == after else { throw .different(preHumanTask: before, annotationConsolidation: after) }
        return before
    }

    private static func taskType(
        of text: String?, as role: WorkflowFunction.Role
    ) throws(FunctionMismatch) -> TaskType {
        guard let text else { return .passThrough }
        switch WorkflowFunction(text) {
        case .builtIn(role, let type): return type
        case .builtIn: throw .wrongRole(text)
        case .custom(let arn) where WorkflowFunction.ownerAccounts.contains(arn.account):
            throw .unknownBuiltIn(text)
        case .custom: return .custom
        case nil: throw .notAFunction(text)
        }
    }
}

/// An algorithm of automated data labeling.
package enum LabelingAlgorithm: String, CaseIterable, Hashable, Sendable {
    case imageClassification = "image-classification"
    case objectDetection = "object-detection"
    case textClassification = "text-classification"
    case semanticSegmentation = "semantic-segmentation"

    /// The account that owns the algorithms, the same in all regions.
    package static let owner = "027400017018"
    private static let prefix = "labeling-job-algorithm-specification/"

    /// The only kind of task the algorithm works for.
    package var taskType: TaskType {
        switch self {
        case .imageClassification: .imageMultiClass
        case .objectDetection: .boundingBox
        case .textClassification: .textMultiClass
        case .semanticSegmentation: .semanticSegmentation
        }
    }

    /// Nil unless the text is the ARN of one of the four algorithms, in any region.
    package init?(arn text: String) {
        guard let arn = ARN(text), arn.service == "sagemaker", arn.account == Self.owner,
            arn.resource.hasPrefix(Self.prefix)
        else { return nil }
        self.init(rawValue: String(arn.resource.dropFirst(Self.prefix.count)))
    }

    /// The instance types the service trains and predicts on; for cost reports.
    package func instanceTypes(in region: Region) -> (training: String, inference: String) {
        let accelerated = region.description == "ap-south-1" ? "ml.p2.8xlarge" : "ml.p3.2xlarge"
        return switch self {
        case .imageClassification: (accelerated, "ml.c5.xlarge")
        case .objectDetection: (accelerated, "ml.c5.4xlarge")
        case .textClassification: ("ml.c5.2xlarge", "ml.m4.xlarge")
        case .semanticSegmentation: (accelerated, accelerated)
        }
    }
}

extension TaskType {
    /// The algorithm that may label part of such a job's objects by itself; nil where the service has none.
    package var algorithm: LabelingAlgorithm? { LabelingAlgorithm.allCases.first { $0.taskType == self } }
}
