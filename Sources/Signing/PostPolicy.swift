// The policy of an upload by form: what its fields and its file may be. Source: S3's developer guide, "POST policy".
// The errors are those that the service answers with; its list of error codes has others.

package import Kernel

/// A policy that a form came with.
package struct PostPolicy: Sendable {
    /// Until when the form may be used.
    package let expiration: Instant
    /// The conditions in their order.
    let conditions: [Condition]

    /// One condition, with the text that the service writes of it in errors.
    struct Condition: Sendable {
        enum Test: Hashable, Sendable {
            case equal(field: String, value: String)
            case prefix(field: String, value: String)
            /// Bytes of the file, inclusive.
            case length(minimum: Int64, maximum: Int64)
            /// Bounds that are no numbers: the service takes such a policy and refuses every form.
            case unsatisfiable
        }

        let test: Test
        let text: String
    }
}

// MARK: The file

extension PostPolicy {
    /// The bounds on the file's length in bytes, both inclusive; nil where the policy has none.
    package var lengthRange: (minimum: Int64, maximum: Int64)? {
        var range: (minimum: Int64, maximum: Int64)?
        for condition in conditions {
            guard case .length(let minimum, let maximum) = condition.test else { continue }
            range = (max(range?.minimum ?? minimum, minimum), min(range?.maximum ?? maximum, maximum))
        }
        return range
    }

    /// Refuses a file of so many bytes where the policy does not allow it: EntityTooLarge or EntityTooSmall.
    /// - Parameter isComplete: false while the file is still being read, when only the upper bound counts.
    package func checkLength(_ bytes: Int64, isComplete: Bool = true) throws(ServiceError) {
        guard let (minimum, maximum) = lengthRange else { return }
        guard bytes <= maximum else {
            throw ServiceError(
                "EntityTooLarge", status: 400, "Your proposed upload exceeds the maximum allowed size",
                fields: [.init("ProposedSize", String(bytes)), .init("MaxSizeAllowed", String(maximum))])
        }
        guard bytes >= minimum || !isComplete else {
            throw ServiceError(
                "EntityTooSmall", status: 400, "Your proposed upload is smaller than the minimum allowed size",
                fields: [.init("ProposedSize", String(bytes)), .init("MinSizeAllowed", String(minimum))])
        }
    }
}

// MARK: The fields

extension PostPolicy {
    /// Holds a form to the policy: its time, its conditions, and that no field goes without a condition.
    func check(_ form: PostForm, bucket: String, at now: Instant) throws(ServiceError) {
        guard now <= expiration else { throw .refusedByPolicy("Policy expired.") }
        for condition in conditions where !condition.holds(form, bucket: bucket) {
            throw .refusedByPolicy("Policy Condition failed: \(condition.text)")
        }
        let covered = Set(conditions.compactMap(\.field))
        // The bucket is a field to the service, although it stands in the address.
        for name in form.fields.map(\.name) + ["bucket"] where !covered.contains(name.lowercased()) {
            guard Self.needsNoCondition(name.lowercased()) else {
                throw .refusedByPolicy("Extra input fields: \(name)")
            }
        }
    }

    private static func needsNoCondition(_ name: String) -> Bool {
        ["x-amz-signature", "awsaccesskeyid", "signature", "policy", "file"].contains(name)
            || name.hasPrefix("x-ignore-")
    }
}

extension PostPolicy.Condition {
    /// The lower-case name of the field it speaks of.
    fileprivate var field: String? {
        switch test {
        case .equal(let field, _), .prefix(let field, _): field.lowercased()
        case .length, .unsatisfiable: nil
        }
    }

    /// A field that is not there meets no condition, not even that of an empty beginning.
    fileprivate func holds(_ form: PostForm, bucket: String) -> Bool {
        func given(_ field: String) -> String? { isSameFieldName(field, "bucket") ? bucket : form[field] }
        switch test {
        case .equal(let field, let value):
            // Byte by byte: to Swift, texts that differ in their normal form are equal.
            return given(field).map { $0.utf8.elementsEqual(value.utf8) } ?? false
        case .prefix(let field, let value):
            guard let text = given(field) else { return false }
            // Alone of all fields a content type with commas is a list.
            guard isSameFieldName(field, "content-type") else { return text.utf8.starts(with: value.utf8) }
            return text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { item in
                item.utf8.drop { $0 == UInt8(ascii: " ") }.starts(with: value.utf8)
            }
        case .length: return true
        case .unsatisfiable: return false
        }
    }
}

extension ServiceError {
    /// A policy that is not one.
    static func invalidPolicy(_ reason: String) -> ServiceError {
        ServiceError("InvalidPolicyDocument", status: 400, "Invalid Policy: \(reason)")
    }

    /// A form that its policy does not allow.
    fileprivate static func refusedByPolicy(_ reason: String) -> ServiceError {
        ServiceError("AccessDenied", status: 403, "Invalid according to Policy: \(reason)")
    }
}
