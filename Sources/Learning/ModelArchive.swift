// model.tar.gz: what a labeling job leaves behind and what the next one may start from.

package import Kernel

/// A trained model with what is needed to use it again.
package struct ModelArchive: Sendable {
    /// Names of the classes, in the order of the model's outputs.
    package var labels: [String]
    package var model: any Classifier

    package init(labels: [String], model: any Classifier) {
        self.labels = labels
        self.model = model
    }

    /// The archive as a gzipped tar file; the same archive and instant give the same bytes.
    package func encoded(modified: Instant) -> [UInt8] { [] }

    /// Reads an archive that anybody may have written.
    package init(decoding bytes: UnsafeRawBufferPointer, limits: Limits) throws(ModelArchiveError) {
        throw .notGzip
    }
}

/// Why bytes are not a model archive.
package enum ModelArchiveError: Error, Hashable, Sendable {
    case notGzip
}
