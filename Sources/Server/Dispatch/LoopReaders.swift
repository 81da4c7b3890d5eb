// GetObject, HeadObject and PutObject read on the event loop of their connection, and a reader belongs to one thread.

package import Objects
internal import Store

/// One reader of the object index per event loop.
///
/// Unchecked: each reader is used on its own loop's thread only, and the list never changes.
package struct LoopReaders: @unchecked Sendable {
    private let readers: [any ObjectReader]

    /// Opens `loops` readers, numbered as `ServerRequest.loop` is.
    package init(_ objects: ObjectStorage, loops: Int) throws {
        readers = try (0..<loops).map { _ in try objects.makeReader() }
    }

    subscript(loop: Int) -> any ObjectReader { readers[loop] }
}
