// The parsers that scripts/fuzz feeds with made-up bytes. Each target is a pure function of its input: it runs a parser
// and checks what must hold whatever the bytes are. FuzzTests runs the same functions over the committed cases.

/// A parser under test.
package struct FuzzTarget: Sendable {
    /// Also the name of its folder of cases.
    package let name: String
    /// Inputs to begin with.
    package let seeds: [[UInt8]]
    /// Throws where a property does not hold; a trap is the other way to find something.
    package let check: @Sendable ([UInt8]) throws(Flaw) -> Void

    init(_ name: String, seeds: [String], _ check: @escaping @Sendable ([UInt8]) throws(Flaw) -> Void) {
        self.init(name, seeds: seeds.map { Array($0.utf8) }, check)
    }

    init(_ name: String, seeds: [[UInt8]], _ check: @escaping @Sendable ([UInt8]) throws(Flaw) -> Void) {
        self.name = name
        self.seeds = seeds
        self.check = check
    }

    /// Nil where there is no such target.
    package init?(named name: String) {
        guard let target = Self.all.first(where: { $0.name == name }) else { return nil }
        self = target
    }

    /// Every target, in the order in which they run.
    package static let all: [FuzzTarget] = [
        .signatures, .policies, .chunks, .forms, .xml, .headers, .writer, .images,
    ]
}

/// A property that does not hold.
package struct Flaw: Error, CustomStringConvertible {
    /// Which one, with the values.
    package let text: String

    package var description: String { text }

    init(_ text: String) { self.text = text }
}

func require(_ holds: Bool, _ text: @autoclosure () -> String) throws(Flaw) {
    guard holds else { throw Flaw(text()) }
}
