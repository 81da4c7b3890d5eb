// Features from the pretrained network: its maps at strides 16 and 8, before any averaging over the picture, because a
// mark that covers a twentieth of it would be lost in an average.

package import Images

/// The backbone's feature maps, in half precision: 107 kB an image.
package struct BackboneExtractor: FeatureExtractor {
    /// Names network, strides and version: part of what the cache of features is found by.
    package var identifier: String { BackboneExtractor.identifier }
    /// Both maps in half precision.
    package var bytesPerObject: Int? { Backbone.mapBytes }

    static let identifier = "efficientnet-lite0-s16-v1"

    private let backbone: Backbone
    private let decoder: ImageDecoder
    private let workspaces = WorkspacePool { Workspace(bytes: Backbone.workspaceBytes) }

    /// The decoder's limits decide which images are refused.
    package init(backbone: Backbone, decoder: ImageDecoder = ImageDecoder()) {
        self.backbone = backbone
        self.decoder = decoder
    }

    /// Brings the picture to the network's square and runs it through the network.
    package func features(of content: UnsafeRawBufferPointer) throws(ImageError) -> [UInt8] {
        let image = try decoder.decode(content, atLeast: Backbone.side)
            .resized(width: Backbone.side, height: Backbone.side)
        return workspaces.withWorkspace { backbone.maps(of: image.pixels, in: $0) }
    }
}
