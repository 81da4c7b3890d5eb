// The pretrained network whose feature maps image classification learns on. Its weights are not part of the program:
// scripts/fetch-backbone writes them to a file, and whoever starts the program reads that file and hands over its
// bytes.

internal import CKernels

/// The weights of EfficientNet-Lite0 up to stride 16.
package final class Backbone: Sendable {
    /// What `scripts/fetch-backbone` names the file.
    package static let fileName = "efficientnet-lite0-s16-v1.bin"
    /// Where it puts it, below `${XDG_CACHE_HOME:-~/.cache}`.
    package static let cacheFolder = "groundwork/backbone"

    /// In the order the kernels read them.
    private let packed: [Float]

    /// Takes the bytes of the flat file.
    package init(file bytes: [UInt8]) throws(LearningError) {
        packed = try Backbone.weights(
            file: bytes, layers: 33, count: Int(GW_BACKBONE_WEIGHTS), packing: gw_backbone_pack)
    }

    /// The weights in a flat file of so many layers, in the order that `packing` brings them into.
    static func weights(
        file bytes: [UInt8], layers: UInt8, count: Int,
        packing: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void
    ) throws(LearningError) -> [Float] {
        let payload = count * MemoryLayout<Float>.size, headerBytes = 64
        // Magic, version 1, number of layers, length of the payload.
        var header = Array("GWBACKBN".utf8) + [1, 0, 0, 0, layers, 0, 0, 0]
        header += (0..<8).map { UInt8(truncatingIfNeeded: payload >> (8 * $0)) }
        guard bytes.count == headerBytes + payload, bytes.starts(with: header) else {
            throw .invalidModel("not a backbone file of this version")
        }
        let flat = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyBytes(from: $0.dropFirst(headerBytes)) }
            initialized = count
        }
        guard flat.allSatisfy({ $0.isFinite }) else {
            throw .invalidModel("the backbone has weights that are not numbers")
        }
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            packing(flat, buffer.baseAddress)
            initialized = count
        }
    }

    /// Runs the network on 224 x 224 pixels; the result is 14 x 14 x 272 half-precision numbers.
    func maps(of pixels: [UInt8], in workspace: Workspace) -> [UInt8] {
        precondition(pixels.count == 3 * Backbone.side * Backbone.side)
        return [UInt8](unsafeUninitializedCapacity: Backbone.mapBytes) { buffer, count in
            buffer.withMemoryRebound(to: UInt16.self) { maps in
                gw_backbone_run(packed, pixels, workspace.memory, maps.baseAddress)
            }
            count = Backbone.mapBytes
        }
    }

    static let side = Int(GW_BACKBONE_SIDE)
    static let mapSide = Int(GW_MAP_SIDE)
    static let mapChannels = Int(GW_MAP_CHANNELS)
    static let mapBytes = 2 * mapSide * mapSide * mapChannels
    /// Channels of the map that stand for four places each.
    static let nestedChannels = 160
    static var workspaceBytes: Int { gw_backbone_workspace() }
}

extension [Float] {
    /// Numbers from the bytes that memory holds them in on every platform served, little-endian; a remainder of fewer
    /// than four bytes is dropped.
    init(littleEndian bytes: some Collection<UInt8>) {
        let bytes = Array<UInt8>(bytes)
        self.init(unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
            count = bytes.count / 4
            UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes.prefix(4 * count))
        }
    }
}
