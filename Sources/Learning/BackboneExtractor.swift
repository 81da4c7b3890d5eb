// Features from the pretrained network: its maps at strides 16 and 8, before any averaging over the picture, because a
// mark that covers a twentieth of it would be lost in an average.

package import Images

/// The backbone's feature maps, in half precision: 107 kB an image.
package struct BackboneExtractor: FeatureExtractor {
    package var identifier: String { "efficientnet-lite0-s16-v1" }
    package var bytesPerImage: Int { Backbone.mapBytes }

    private let backbone: Backbone
    private let decoder: ImageDecoder
    private let workspaces = WorkspacePool { Workspace(bytes: Backbone.workspaceBytes) }

    package init(backbone: Backbone, decoder: ImageDecoder = ImageDecoder()) {
        self.backbone = backbone
        self.decoder = decoder
    }

    package func features(of encodedImage: UnsafeRawBufferPointer) throws(ImageError) -> [UInt8] {
        let image = try decoder.decode(encodedImage, atLeast: Backbone.side)
            .resized(width: Backbone.side, height: Backbone.side)
        return workspaces.withWorkspace { backbone.maps(of: image.pixels, in: $0) }
    }
}
