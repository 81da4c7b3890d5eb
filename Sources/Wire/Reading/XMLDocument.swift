// Request bodies in XML, parsed by libxml2. Documents with an internal subset or a document type are refused: with
// neither there are no entities to expand and nothing to fetch. NOENT, DTDLOAD and HUGE are never set; NOBLANKS
// neither, for a key may consist of a blank. The caller caps the size.

internal import CLibXML2
internal import Kernel
internal import Shapes

/// A parsed document; its nodes live as long as it does.
final class XMLDocument {
    private let document: xmlDocPtr
    let root: XMLElement

    private static let parser: Void = xmlInitParser()

    init(parsing bytes: [UInt8]) throws(ServiceError) {
        Self.parser
        // NOERROR does not reach errors of encodings, which libxml2 prints. This setting is the thread's own.
        xmlSetStructuredErrorFunc(nil) { _, _ in }
        let options =
            XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
            | XML_PARSE_COMPACT.rawValue
        let parsed = bytes.withUnsafeBytes { buffer in
            xmlReadMemory(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: buffer.count), nil, nil,
                Int32(options))
        }
        guard let parsed else { throw .malformedXML() }
        guard xmlGetIntSubset(parsed) == nil, let root = xmlDocGetRootElement(parsed) else {
            xmlFreeDoc(parsed)
            throw .malformedXML()
        }
        document = parsed
        self.root = XMLElement(node: root)
    }

    deinit { xmlFreeDoc(document) }
}

/// An element of a document that someone keeps alive. Namespaces are looked past: clients send them or not.
struct XMLElement {
    fileprivate let node: xmlNodePtr

    /// Whether the element has this local name.
    func isNamed(_ name: String) -> Bool { name.withCString { xmlStrcmp(node.pointee.name, Self.xmlChars($0)) == 0 } }

    var name: String { node.pointee.name.map { String(cString: $0) } ?? "" }

    var firstChild: XMLElement? { Self.element(from: node.pointee.children) }
    var next: XMLElement? { Self.element(from: node.pointee.next) }

    /// The next sibling of the same name.
    var nextOfSameName: XMLElement? {
        var candidate = next
        while let element = candidate {
            if xmlStrcmp(element.node.pointee.name, node.pointee.name) == 0 { return element }
            candidate = element.next
        }
        return nil
    }

    /// The text inside, blanks included. Nil where there is something other than text inside.
    var text: String? {
        var text = ""
        var child = node.pointee.children
        while let node = child {
            switch node.pointee.type {
            case XML_TEXT_NODE, XML_CDATA_SECTION_NODE:
                if let content = node.pointee.content { text += String(cString: content) }
            case XML_COMMENT_NODE: break
            default: return nil
            }
            child = node.pointee.next
        }
        return text
    }

    /// The attribute of this name, whose text reads like an element's. A prefix is looked past, like a namespace.
    func attribute(_ name: String) -> XMLElement? {
        let local = name.split(separator: ":").last.map(String.init) ?? name
        var candidate = node.pointee.properties
        while let attribute = candidate {
            // An attribute begins with the same fields as every node (libxml2, tree.h).
            let element = XMLElement(node: UnsafeMutableRawPointer(attribute).assumingMemoryBound(to: xmlNode.self))
            if element.isNamed(local) { return element }
            candidate = attribute.pointee.next
        }
        return nil
    }

    private static func element(from first: xmlNodePtr?) -> XMLElement? {
        var candidate = first
        while let node = candidate {
            if node.pointee.type == XML_ELEMENT_NODE { return XMLElement(node: node) }
            candidate = node.pointee.next
        }
        return nil
    }

    private static func xmlChars(_ pointer: UnsafePointer<CChar>) -> UnsafePointer<xmlChar> {
        UnsafeRawPointer(pointer).assumingMemoryBound(to: xmlChar.self)
    }
}
