// One vector per picture from the whole pretrained network: what kinds of object a picture shows, wherever they are. It
// is made of the kept maps, whose stride-16 part is what the network's remaining blocks work on, so that no picture is
// decoded twice; and only where it is wanted, because these blocks cost half as much again as those before.

internal import CKernels

/// The weights of EfficientNet-Lite0 after stride 16, and the features they lead to. Safe to use from several threads.
package final class PooledFeatures: Sendable {
    /// What `scripts/fetch-backbone` names the file; it is in the folder of the backbone's.
    package static let fileName = "efficientnet-lite0-rest-v1.bin"
    /// Mean and maximum of the head's 1280 channels, of the 112 of stride 16, and the maximum of the 40 of stride 8.
    package static let count = Int(GW_POOLED)

    /// In the order the kernels read them.
    private let packed: [Float]
    private let workspaces = WorkspacePool { Workspace(bytes: gw_rest_workspace()) }

    /// Takes the bytes of the flat file.
    package init(file bytes: [UInt8]) throws(LearningError) {
        packed = try Backbone.weights(file: bytes, layers: 16, count: Int(GW_REST_WEIGHTS), packing: gw_rest_pack)
    }

    /// The features of a picture whose maps a `BackboneExtractor` has made: `count` numbers in half precision.
    package func features(fromMaps maps: UnsafeRawBufferPointer) -> [UInt8] {
        precondition(maps.count == Backbone.mapBytes)
        return workspaces.withWorkspace { workspace in
            [UInt8](unsafeUninitializedCapacity: 2 * PooledFeatures.count) { buffer, count in
                buffer.withMemoryRebound(to: UInt16.self) { pooled in
                    gw_rest_run(
                        packed, maps.bindMemory(to: UInt16.self).baseAddress, workspace.memory, pooled.baseAddress)
                }
                count = 2 * PooledFeatures.count
            }
        }
    }

    /// The same as numbers.
    func values(fromMaps maps: UnsafeRawBufferPointer) -> [Float] {
        features(fromMaps: maps).withUnsafeBytes { halves in
            [Float](unsafeUninitializedCapacity: PooledFeatures.count) { buffer, count in
                gw_values_of_halves(
                    halves.bindMemory(to: UInt16.self).baseAddress, buffer.baseAddress, Int32(PooledFeatures.count))
                count = PooledFeatures.count
            }
        }
    }
}
