// Tags of objects and buckets (user guide: categorizing your storage using tags).

internal import Digests
package import Kernel
package import Store

/// What S3 accepts as tags.
enum TagRules {
    static func checkObject(_ tags: FieldList, _ limits: Limits) throws(ServiceError) {
        guard tags.fields.count <= limits.tagsPerObject else {
            throw ServiceError(
                "BadRequest", status: 400, "Object tags cannot be greater than \(limits.tagsPerObject)")
        }
        try check(tags)
    }

    static func checkBucket(_ tags: FieldList, _ limits: Limits) throws(ServiceError) {
        guard tags.fields.count <= limits.tagsPerResource else {
            throw ServiceError(
                "BadRequest", status: 400, "Bucket tag count cannot be greater than \(limits.tagsPerResource)")
        }
        try check(tags)
    }

    private static func check(_ tags: FieldList) throws(ServiceError) {
        var seen: Set<[UInt8]> = []
        for tag in tags.fields {
            guard (1...128).contains(tag.name.unicodeScalars.count), tag.name.unicodeScalars.allSatisfy(isAllowed)
            else { throw invalid("The TagKey you have provided is invalid", tag.name) }
            guard tag.value.unicodeScalars.count <= 256, tag.value.unicodeScalars.allSatisfy(isAllowed) else {
                throw invalid("The TagValue you have provided is invalid", tag.name)
            }
            guard !tag.name.hasPrefix("aws:") else {
                throw invalid("System tags cannot be added/updated by requester", tag.name)
            }
            guard seen.insert(Array(tag.name.utf8)).inserted else {
                throw invalid("Cannot provide multiple Tags with the same key", tag.name)
            }
        }
    }

    /// Letters, digits and white space of all scripts, and `+ - = . _ : / @`.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if "+-=._:/@".unicodeScalars.contains(scalar) { return true }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .spaceSeparator:
            return true
        default: return false
        }
    }

    private static func invalid(_ message: String, _ key: String) -> ServiceError {
        ServiceError("InvalidTag", status: 400, message, fields: [.init("TagKey", key)])
    }
}

extension FieldList {
    /// Reads the header field `x-amz-tagging`: a query string, `a=1&b=two%20words`.
    package init(taggingHeader text: String) throws(ServiceError) {
        self.init()
        for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = formDecoded(sides[0]), let value = sides.count == 2 ? formDecoded(sides[1]) : "",
                !fields.contains(where: { $0.name.utf8.elementsEqual(name.utf8) })
            else {
                throw .invalidArgument(
                    "x-amz-tagging", text,
                    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
                        + "tag name duplicates.")
            }
            fields.append(ServiceError.Field(name, value))
        }
    }
}

/// Percent decoding of one side of a query's pair; `+` is a space. Nil where it is broken or not UTF-8.
package func formDecoded(_ text: Substring.UTF8View) -> String? {
    var bytes: [UInt8] = [], rest = text[...]
    while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
        case UInt8(ascii: "%"):
            guard let high = rest.popFirst().flatMap(Hex.value(of:)), let low = rest.popFirst().flatMap(Hex.value(of:))
            else {
                return nil
            }
            bytes.append(high << 4 | low)
        default: bytes.append(byte)
        }
    }
    return String(validating: bytes, as: UTF8.self)
}
