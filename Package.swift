// swift-tools-version: 6.2
// The targets and what each may import are a rule of the house: scripts/check-layers enforces the table in its head.
import PackageDescription

/// Settings of every Swift target: today's strict language mode, and no warning survives.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// The C kernels are always compiled for speed: a debug build trains models too.
let fastC: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno", "-ffp-contract=off"])]

func part(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: (name == "Kernel" ? [] : [.byName(name: name)]) + ["TestSupport", "Kernel"] + dependencies,
        swiftSettings: strict)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "groundwork",
    products: [.executable(name: "groundwork", targets: ["groundwork"])],
    dependencies: [
        // The HTTP engine under Server, and the buffers that Wire hands on.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // TLS, and the certificates that the server makes for itself.
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        // MD5, SHA and HMAC.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        // The command line.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // One group runs and ends every long-lived part.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        // Debian packages: libturbojpeg0-dev, libpng-dev, zlib1g-dev.
        .target(
            name: "CImages", cSettings: fastC,
            linkerSettings: [.linkedLibrary("turbojpeg"), .linkedLibrary("png16"), .linkedLibrary("z")]),
        .target(name: "CChecksums", cSettings: fastC),
        .target(name: "CKernels", cSettings: fastC),
        part("Kernel"),
        part("JSON"),
        part("Digests", ["Kernel", "CChecksums", crypto]),
        part("Images", ["Kernel", "CImages"]),
        part("Signing", ["Kernel", "JSON", "Digests", crypto]),
        part("Shapes", ["Kernel"]),
        part("Wire", ["Kernel", "JSON", "Digests", "Signing", "Shapes", "CLibXML2", nioCore]),
        part("SQLite", ["Kernel", "CSQLite"]),
        part("Store", ["Kernel", "SQLite", "Digests", "JSON"]),
        part("Objects", ["Kernel", "Store", "Digests", "JSON", "Signing"]),
        part("Liquid", ["Kernel", "JSON"]),
        part("Labeling", ["Kernel", "JSON", "Images"]),
        part("Learning", ["Kernel", "Images", "JSON", "CKernels"]),
        part(
            "Engine",
            [
                "Kernel", "Store", "Objects", "Labeling", "Learning", "JSON", "Digests", "Images", logging, lifecycle,
            ]),
        part(
            "Services",
            [
                "Kernel", "Shapes", "Store", "Objects", "Engine", "Labeling", "Liquid", "Signing", "JSON", "Digests",
                logging,
            ]),
        part(
            "Server",
            [
                "Kernel", "JSON", "Digests", "Signing", "Shapes", "Store", "Wire", "Services", "Objects", nioCore,
                logging,
                lifecycle,
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        part(
            "Outbound",
            [
                "Kernel", "JSON", "Digests", "Signing", "Engine", "Store", nioCore,
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        .executableTarget(
            name: "groundwork",
            dependencies: [
                "Kernel", "JSON", "Digests", "Images", "Signing", "Shapes", "Wire", "SQLite", "Store", "Objects",
                "Labeling", "Learning", "Engine", "Outbound", "Services", "Server", logging, lifecycle, nioCore,
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"), crypto,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict,
            // Nobody loads the program as a library: a table of all its symbols would be an eighth of its size.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--no-export-dynamic"])]),
        // Development tool: api-specs/ to Sources/Shapes/Generated/. Run by scripts/generate.
        .executableTarget(name: "generate-shapes", dependencies: ["Kernel", "JSON"], swiftSettings: strict),
        // Development tool: speed and yield of learning on an image set. Run by scripts/bench learn.
        .executableTarget(
            name: "bench-learning", dependencies: ["Kernel", "JSON", "Images", "Learning"], swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["Kernel", "JSON"], path: "Tests/TestSupport", swiftSettings: strict),
        // A VFS that lets a simulation see what SQLite does to the disk.
        .target(name: "CPowerCut", dependencies: ["CSQLite"], path: "Tests/CPowerCut"),
        // What scripts/fuzz feeds with made-up bytes, and an ordinary test with those that it has found.
        .target(
            name: "Fuzz",
            dependencies: ["Kernel", "Signing", "Shapes", "Wire", "Objects", "Digests", "Images", "CLibXML2"],
            path: "Tests/Fuzz/Targets", swiftSettings: strict),
        tests("Fuzz"),
        tests("Kernel"), tests("JSON"), tests("Digests", ["CChecksums"]), tests("Images"),
        tests("Signing", ["JSON", "Digests"]),
        // The generator is tested here, beside the matcher and the readers that run what it makes.
        tests("Wire", ["Shapes", "JSON", "Signing", "Digests", nioCore, "generate-shapes"]),
        tests("SQLite"), tests("Store", ["SQLite", "Digests", "JSON", "CPowerCut"]),
        tests("Objects", ["Store", "SQLite", "Digests"]),
        tests("Liquid", ["JSON"]),
        tests("Labeling", ["JSON"]), tests("Learning", ["Images", "JSON", "CKernels"]),
        tests(
            "Engine", ["Store", "SQLite", "Objects", "Labeling", "Learning", "Images", "JSON", "Digests", logging]),
        tests(
            "Outbound",
            [
                "Engine", "Labeling", "Store", "JSON", nioCore, .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        tests("Server", ["JSON", nioCore, .product(name: "NIOPosix", package: "swift-nio"), logging, lifecycle]),
        tests("Services", ["Shapes", "Signing", "Store", "SQLite", "Objects", "Engine", "Labeling", "JSON", logging]),
    ]
)

// The program of scripts/fuzz needs libFuzzer at its side, which ordinary builds know nothing of.
if Context.environment["GROUNDWORK_FUZZ"] != nil {
    package.products.append(.executable(name: "fuzz-driver", targets: ["fuzz-driver"]))
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "fuzz-driver", dependencies: ["Fuzz", "CLibFuzzer"], path: "Tests/Fuzz/Driver",
            swiftSettings: strict),
    ]
}
