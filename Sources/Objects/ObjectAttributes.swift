// What is kept with an object beside its bytes, and the rules for it.

internal import Kernel
package import Store

/// Header fields, user metadata, tags and storage class of a new object.
package struct ObjectAttributes: Sendable {
    /// Response header fields by their names in lower case, user metadata among them as `x-amz-meta-…`.
    package var fields: FieldList
    /// The object's tags, in the order given.
    package var tags: FieldList
    /// Nil is STANDARD.
    package var storageClass: String?
    /// What shall keep the object.
    package var lock = ObjectLock()

    /// A storage class of STANDARD is kept as nil.
    package init(fields: FieldList = FieldList(), tags: FieldList = FieldList(), storageClass: String? = nil) {
        self.fields = fields
        self.tags = tags
        self.storageClass = storageClass == "STANDARD" ? nil : storageClass
    }

    /// The prefix of user metadata among the fields.
    package static let metadataPrefix = "x-amz-meta-"
    /// A field that a copy never takes over from its source.
    static let redirectField = "x-amz-website-redirect-location"
    /// What the object is said to be encrypted with; further fields about it begin like this.
    static let encryptionField = "x-amz-server-side-encryption"

    /// Whether a field follows from the copy's request alone, whatever becomes of the others.
    static func isOfTheCopy(_ name: String) -> Bool { name == redirectField || name.hasPrefix(encryptionField) }

    /// Refuses what S3 refuses.
    func check(_ limits: Limits) throws(ServiceError) {
        let prefix = ObjectAttributes.metadataPrefix
        let size = fields.fields.reduce(0) { size, field in
            guard field.name.hasPrefix(prefix) else { return size }
            return size + field.name.utf8.count - prefix.utf8.count + field.value.utf8.count
        }
        guard size <= limits.userMetadataBytes else {
            throw ServiceError(
                "MetadataTooLarge", status: 400, "Your metadata headers exceed the maximum allowed metadata size",
                fields: [.init("Size", String(size)), .init("MaxSizeAllowed", String(limits.userMetadataBytes))])
        }
        try TagRules.checkObject(tags, limits)
    }
}

extension ObjectAddress {
    /// Keys of new objects have 1 to 1,024 bytes of UTF-8.
    func checkKey(_ limits: Limits) throws(ServiceError) {
        guard !key.isEmpty else { throw .invalidArgument("key", "", "An object key must not be empty") }
        try checkLength(limits)
        // Kept fields are separated by NUL, and XML cannot carry one.
        guard !key.utf8.contains(0) else {
            throw .invalidArgument("key", key, "An object key must not hold a NUL character")
        }
    }

    /// No object can have a longer key, so none is asked for either.
    func checkLength(_ limits: Limits) throws(ServiceError) {
        let size = key.utf8.count
        guard size > limits.keyBytes else { return }
        throw ServiceError(
            "KeyTooLongError", status: 400, "Your key is too long",
            fields: [.init("Size", String(size)), .init("MaxSizeAllowed", String(limits.keyBytes))])
    }
}
