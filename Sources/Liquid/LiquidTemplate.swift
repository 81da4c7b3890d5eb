// Liquid, the template language of worker pages. A template is parsed once and may be rendered many times, from any
// thread; everything that rendering needs from outside (data, the present time, access to objects) is handed in.

package import JSON
package import Kernel

/// A parsed template.
package struct LiquidTemplate: Sendable {
    let source: [UInt8]
    let nodes: [Node]
    let bounds: LiquidBounds

    /// Parses a template; the error says where it is wrong and what was expected there.
    package init(parsing text: String, bounds: LiquidBounds = LiquidBounds()) throws(LiquidError) {
        source = Array(text.utf8)
        self.bounds = bounds
        do throws(Fault) {
            guard source.count <= bounds.templateBytes else {
                throw Fault(.bound, "templateBytes: a template has at most \(bounds.templateBytes) bytes", at: 0)
            }
            var parser = TemplateParser(source, nesting: bounds.nesting)
            nodes = try parser.parse()
        } catch {
            throw LiquidError(error, in: source)
        }
    }

    /// Renders the template; the first failure ends it.
    package func render(_ data: JSONObject, _ settings: LiquidSettings) throws(LiquidError) -> LiquidRendering {
        var renderer = Renderer(self, data, settings, collects: false)
        do throws(Fault) {
            try renderer.renderAll(nodes)
        } catch {
            throw LiquidError(error, in: source)
        }
        return renderer.rendering
    }

    /// Renders as much as can be: what fails leaves nothing and is told in `errors`. Only an exceeded bound ends it.
    package func renderCollectingErrors(_ data: JSONObject, _ settings: LiquidSettings) -> LiquidRendering {
        var renderer = Renderer(self, data, settings, collects: true)
        do throws(Fault) {
            try renderer.renderAll(nodes)
        } catch {
            renderer.keep(error)
        }
        return renderer.rendering
    }
}

/// What rendering needs from outside.
package struct LiquidSettings: Sendable {
    /// Turns the address of an object into one that a browser may read; the filter `grant_read_access`.
    package typealias ReadAccess = @Sendable (String) throws(LiquidRefusal) -> String

    /// Escapes every output for HTML, unless its last filter is `escape`, `escape_once` or `skip_autoescape`.
    package var escapesOutput = false
    /// Prints arrays as JSON, as Ground Truth does, and not as their elements one after the other.
    package var printsArraysAsJSON = false
    /// What the `date` filter takes for `now`.
    package var now: Instant
    /// Without it, `grant_read_access` is an error.
    package var grantReadAccess: ReadAccess?

    /// Liquid as its authors document it.
    package static func standard(now: Instant) -> LiquidSettings { LiquidSettings(now: now) }

    /// Liquid as templates of worker pages expect it.
    package static func groundTruth(now: Instant, grantReadAccess: @escaping ReadAccess) -> LiquidSettings {
        LiquidSettings(escapesOutput: true, printsArraysAsJSON: true, now: now, grantReadAccess: grantReadAccess)
    }
}

/// Why `grant_read_access` gives no access.
package struct LiquidRefusal: Error, Hashable, Sendable {
    /// Becomes the message of the error at the filter.
    package var message: String

    package init(_ message: String) { self.message = message }
}

/// Bounds on what one template may cost. Exceeding one is an error that names it.
package struct LiquidBounds: Hashable, Sendable {
    package init() {}

    /// Largest template.
    package var templateBytes = 1 << 20
    /// Deepest nesting of blocks, and of brackets in an expression.
    package var nesting = 100
    /// Most work of one rendering: a step is a tag, an output, a turn of a loop, an element that is handled, or 64
    /// bytes of text.
    package var steps = 1_000_000
    /// Longest output, and longest text that a filter or a capture makes.
    package var outputBytes = 16 << 20
}

/// What came of rendering.
package struct LiquidRendering: Hashable, Sendable {
    /// The output.
    package var text: String
    /// Variables that were printed, assigned or handed to filters without being there, in the order they were met.
    /// Asking in a condition, or with `default`, whether something is there does not count.
    package var undefined: [LiquidUndefined]
    /// What failed, where errors are collected.
    package var errors: [LiquidError]
}

/// A variable that was used and is not there.
package struct LiquidUndefined: Hashable, Sendable {
    /// As a template would write it: `task.input.image`.
    package var path: String
    /// Where it was first met; lines and columns count from 1, columns in Unicode scalars.
    package var line: Int, column: Int
}

/// A fault in a template, or in what was done with it.
package struct LiquidError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault, as far as a caller treats them differently.
    package enum Kind: Hashable, Sendable {
        /// The text of the template is wrong.
        case syntax
        /// The template uses a filter that does not exist.
        case unknownFilter
        /// A value does not fit what is done with it.
        case value
        /// `grant_read_access` was refused.
        case access
        /// One of `LiquidBounds` is exceeded.
        case bound
    }

    /// What sort of fault it is.
    package var kind: Kind
    /// What is wrong, and what was expected.
    package var message: String
    /// Where it is wrong; lines and columns count from 1, columns in Unicode scalars.
    package var line: Int, column: Int

    package var description: String { "line \(line), column \(column): \(message)" }
}

/// A fault on its way out: its place is a byte of the template, known by the innermost part that knows one.
struct Fault: Error {
    var kind: LiquidError.Kind
    var message: String
    var place: Int?

    init(_ kind: LiquidError.Kind, _ message: String, at place: Int? = nil) {
        self.kind = kind
        self.message = message
        self.place = place
    }

    /// A value that does not fit.
    static func value(_ message: String) -> Fault { Fault(.value, message) }

    func placed(at place: Int) -> Fault {
        var fault = self
        fault.place = self.place ?? place
        return fault
    }
}

extension LiquidError {
    init(_ fault: Fault, in source: [UInt8]) {
        kind = fault.kind
        message = fault.message
        (line, column) = lineAndColumn(of: fault.place ?? 0, in: source)
    }
}

func lineAndColumn(of place: Int, in source: [UInt8]) -> (line: Int, column: Int) {
    var line = 1, column = 1
    for byte in source.prefix(place) {
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }
    return (line, column)
}
