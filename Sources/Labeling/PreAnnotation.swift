// The contract of a pre-annotation function (developer guide, "Pre-annotation Lambda"): it is given one manifest line
// and says what people are to see of it. AWS's own samples spell the flag that lets an object be passed over in another
// way than the guide, and as a text; both are taken.

package import JSON
package import Kernel

/// What a function was to answer and did not, in words for a failure reason.
package struct BrokenContract: Error, Hashable, Sendable {
    /// Begins in lower case and has no full stop.
    package let cause: String

    package init(_ cause: String) { self.cause = cause }

    /// Parses what a function has answered.
    static func value(_ bytes: [UInt8]) throws(BrokenContract) -> JSONValue {
        do { return try JSONValue(parsing: bytes) } catch { throw BrokenContract("its answer is not JSON: \(error)") }
    }
}

/// What a pre-annotation function says of one object.
package enum PreAnnotation: Hashable, Sendable {
    /// The object goes to people; their pages are made from this JSON object, `task.input`.
    case task(input: [UInt8])
    /// Nobody is to see the object.
    case noHumanNeeded

    /// The version of the contract, in every request.
    package static let version = "2018-10-16"

    /// What the function is given: the whole manifest line, without truth meant for simulated people only.
    package static func request(job: ARN, line: [UInt8]) throws(JSONError) -> [UInt8] {
        let dataObject = try wholeLine(line)
        var request = JSONWriter(reserving: dataObject.count + 256)
        request.beginObject()
        request.name("version")
        request.string(version)
        request.name("labelingJobArn")
        request.string(job.description)
        request.name("dataObject")
        request.raw(dataObject)
        request.endObject()
        return request.bytes
    }

    /// A manifest line as others may see it.
    package static func wholeLine(_ line: [UInt8]) throws(JSONError) -> [UInt8] {
        // The name of the label attribute is of no matter: nothing is set and nothing taken out but truth.
        let manifest = OutputManifest(attribute: "")
        let result = line.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try manifest.unlabeled(bytes) }
        }
        return try result.get()
    }

    /// Reads an answer.
    package init(answer bytes: [UInt8]) throws(BrokenContract) {
        let answer = try BrokenContract.value(bytes)
        guard answer.object != nil else { throw BrokenContract("its answer is \(answer.kind), not an object") }
        guard try Self.needsHuman(answer) else {
            self = .noHumanNeeded
            return
        }
        guard let input = answer["taskInput"] else { throw BrokenContract("its answer has no taskInput") }
        guard input.object != nil else { throw BrokenContract("its taskInput is \(input.kind), not an object") }
        self = .task(input: input.compactBytes)
    }

    /// The guide's spelling goes before that of the samples; neither means yes.
    private static func needsHuman(_ answer: JSONValue) throws(BrokenContract) -> Bool {
        for name in ["isHumanAnnotationRequired", "humanAnnotationRequired"] {
            guard let value = answer[name], !value.isNull else { continue }
            switch (value.bool, value.string?.lowercased()) {
            case (let flag?, _): return flag
            case (nil, "true"): return true
            case (nil, "false"): return false
            default: throw BrokenContract("its \(name) is \(value.compactText), neither true nor false")
            }
        }
        return true
    }
}
