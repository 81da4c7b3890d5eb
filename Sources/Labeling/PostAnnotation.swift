// The contract of a post-annotation function (developer guide, "Post-annotation Lambda"): it is told where the answers
// to some objects lie, and answers with the label of each. What is wrong with one entry fails that object; only an
// answer that is no list fails them all.

package import JSON
package import Kernel

/// What a post-annotation function is given.
package struct PostAnnotationRequest: Sendable {
    /// The job that calls.
    package var job: ARN
    /// Names of the label categories; empty for a job without a category file.
    package var categories: [String]
    /// `LabelAttributeName`.
    package var attribute: String
    /// `RoleArn`.
    package var role: String
    /// Address of the job's folder of annotations.
    package var output: String
    /// `KmsKeyId`; nil where the job names none.
    package var kmsKey: String?
    /// Address of the file with the answers.
    package var payload: String

    package init(
        job: ARN, categories: [String], attribute: String, role: String, output: String, kmsKey: String?,
        payload: String
    ) {
        self.job = job
        self.categories = categories
        self.attribute = attribute
        self.role = role
        self.output = output
        self.kmsKey = kmsKey
        self.payload = payload
    }

    /// Compact JSON. `outputConfig` and `kmsKeyId` are in no guide, but in real requests.
    package var bytes: [UInt8] {
        var request: JSONObject = [
            "version": .string(PreAnnotation.version), "labelingJobArn": .string(job.description),
            "labelCategories": .array(categories.map { .string($0) }), "labelAttributeName": .string(attribute),
            "roleArn": .string(role), "outputConfig": .string(output),
        ]
        request["kmsKeyId"] = kmsKey.map { .string($0) }
        request["payload"] = ["s3Uri": .string(payload)]
        return JSONValue.object(request).compactBytes
    }
}

/// What a post-annotation function answers, taken apart by object.
package struct PostAnnotationAnswer: Sendable {
    /// The label of one object, as the function gave it.
    package struct Label: Hashable, Sendable {
        /// Compact JSON.
        package var value: [UInt8]
        /// What the function has to say of the label beyond it.
        package var metadata: JSONObject
        /// The whole entry, for the response file.
        package var entry: JSONValue
        /// Names beside label and metadata, which are no part of an output line.
        package var surplus: [String]
    }

    /// By zero-based line of the manifest.
    private var labels: [Int: Label] = [:]
    /// Why objects have no label: the cause of each, also by line.
    private var refusals: [Int: BrokenContract] = [:]

    /// - Parameters:
    ///   - asked: the objects of the call.
    ///   - attribute: the job's `LabelAttributeName`.
    package init(_ bytes: [UInt8], asked: [Int], attribute: String) throws(BrokenContract) {
        let answer = try BrokenContract.value(bytes)
        guard let entries = answer.array else { throw BrokenContract("its answer is \(answer.kind), not a list") }
        let objects = Dictionary(uniqueKeysWithValues: asked.map { (String($0), $0) })
        var unknown: [String] = []
        for entry in entries {
            let id = entry["datasetObjectId"] ?? .null
            guard let object = objects[id.string ?? id.compactText] else {
                unknown.append(id.compactText)
                continue
            }
            if labels[object] != nil || refusals[object] != nil {
                labels[object] = nil
                refusals[object] = BrokenContract("its answer has more than one entry for this object")
                continue
            }
            do throws(BrokenContract) { labels[object] = try Self.label(entry, attribute) } catch {
                refusals[object] = error
            }
        }
        for object in asked where labels[object] == nil && refusals[object] == nil {
            refusals[object] = Self.missing(object, unknown)
        }
    }

    /// The label of an object of the call, or why it has none.
    package func label(of object: Int) -> Result<Label, BrokenContract> {
        if let label = labels[object] { return .success(label) }
        return .failure(refusals[object] ?? Self.missing(object, []))
    }

    private static func missing(_ object: Int, _ unknown: [String]) -> BrokenContract {
        let cause = "its answer has no entry with the datasetObjectId \"\(object)\""
        guard let first = unknown.first else { return BrokenContract(cause) }
        return BrokenContract(cause + ", but one with \(first), which was not asked for")
    }

    private static func label(_ entry: JSONValue, _ attribute: String) throws(BrokenContract) -> Label {
        guard entry["datasetObjectId"]?.string != nil else { throw BrokenContract("its datasetObjectId is not a text") }
        guard let content = entry["consolidatedAnnotation"]?["content"] else {
            throw BrokenContract("its entry has no consolidatedAnnotation.content")
        }
        guard let members = content.object else {
            throw BrokenContract("its consolidatedAnnotation.content is \(content.kind), not an object")
        }
        guard let value = members[attribute] else {
            throw BrokenContract("its consolidatedAnnotation.content has no member \(attribute)")
        }
        let metadata = members[attribute + "-metadata"]
        if let metadata, metadata.object == nil {
            throw BrokenContract("its \(attribute)-metadata is \(metadata.kind), not an object")
        }
        return Label(
            value: value.compactBytes, metadata: metadata?.object ?? [:], entry: entry,
            surplus: members.names.filter { $0 != attribute && $0 != attribute + "-metadata" })
    }
}
