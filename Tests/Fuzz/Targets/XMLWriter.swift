// Target "writer": texts that clients gave, in XML answers. Each line of an input is a text; they stand in a listing,
// in tags, in an error and in the answer to a form.

internal import CLibXML2
internal import Kernel
internal import Shapes
internal import Wire

extension FuzzTarget {
    static let writer = FuzzTarget("writer", seeds: writerSeeds, fuzzWriter)
}

/// What libxml2 reads from an answer is what was written, as far as XML has words for it.
private func fuzzWriter(_ bytes: [UInt8]) throws(Flaw) {
    let texts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).prefix(8).map { line in
        // 0x01 stands for a line feed, which divides the texts here.
        String(decoding: line.map { $0 == 1 ? UInt8(ascii: "\n") : $0 }, as: UTF8.self)
    }
    // Whatever the text is, writing ends; what XML cannot carry is left to encoding-type=url.
    _ = documents(texts)
    let carried = texts.map { text in
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.filter(\.isXML))
        return String(scalars)
    }
    for (document, element, wanted) in documents(carried) {
        let read = try XMLTexts(document).texts(of: element)
        try require(
            read.count == wanted.count && zip(read, wanted).allSatisfy { $0.utf8.elementsEqual($1.utf8) },
            "\(element): \(wanted) is read as \(read) from \(String(decoding: document, as: UTF8.self))")
    }
}

private let identity = RequestIdentity(requestID: "1", hostID: "2")

private func documents(_ texts: [String]) -> [(bytes: [UInt8], element: String, wanted: [String])] {
    let listing = ResponseEncoder.encode(
        S3.ListObjectsV2.self,
        .init(contents: texts.map { .init(key: $0, eTag: $0) }, commonPrefixes: texts.map { .init(prefix: $0) }),
        identity)
    let tags = ResponseEncoder.encode(
        S3.GetBucketTagging.self, .init(tagSet: texts.map { .init(key: "k", value: $0) }), identity)
    let last = texts.last ?? ""
    let error = ErrorEnvelope.encode(
        ServiceError("Code", status: 400, last, fields: [.init("Key", last)]), .restXML, identity, resource: last)
    let queryError = ErrorEnvelope.encode(ServiceError("Code", status: 400, last), .awsQuery, identity)
    let form = ResponseEncoder.postResponse(location: last, bucket: "b", key: last, eTag: last)
    return [
        (listing.body, "Key", texts), (listing.body, "ETag", texts), (listing.body, "Prefix", texts),
        (tags.body, "Value", texts), (error.body, "Message", [last]), (error.body, "Resource", [last]),
        (error.body, "Key", [last]), (queryError.body, "Message", [last]), (form, "Location", [last]),
        (form, "ETag", [last]),
    ]
}

extension Unicode.Scalar {
    /// XML 1.0, 2.2, "Char".
    fileprivate var isXML: Bool {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}

/// A document as libxml2 reads it, without our own reader.
private final class XMLTexts {
    private let document: xmlDocPtr

    init(_ bytes: [UInt8]) throws(Flaw) {
        let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue)
        let parsed = bytes.withUnsafeBytes { buffer in
            xmlReadMemory(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), nil, nil, options)
        }
        guard let parsed else { throw Flaw("not XML: \(String(decoding: bytes, as: UTF8.self))") }
        document = parsed
    }

    deinit { xmlFreeDoc(document) }

    /// The texts of all elements of a name that hold no elements, in their order.
    func texts(of name: String) -> [String] {
        var found: [String] = [], waiting: [xmlNodePtr] = [xmlDocGetRootElement(document)].compactMap(\.self)
        while let node = waiting.popLast() {
            if let next = node.pointee.next { waiting.append(next) }
            guard node.pointee.type == XML_ELEMENT_NODE, let spelled = node.pointee.name else { continue }
            if String(cString: spelled) == name, xmlChildElementCount(node) == 0 {
                found.append(text(in: node))
            } else if let child = node.pointee.children {
                waiting.append(child)
            }
        }
        return found
    }

    private func text(in element: xmlNodePtr) -> String {
        var text = "", child = element.pointee.children
        while let node = child {
            if let content = node.pointee.content { text += String(cString: content) }
            child = node.pointee.next
        }
        return text
    }
}

private let writerSeeds = [
    "a\n b \n\t<>&\"'\r\n]]>\n&amp;\n", "\u{1}two\u{1}lines\r\u{1}", "ü\u{0301}\u{FEFF}\u{1F600}\u{85}\u{2028}",
    "\u{7F}\u{08}\0x", "",
]
