// The program of scripts/fuzz: gives libFuzzer, which drives it, one of the targets, named by the environment.
//
//   GROUNDWORK_FUZZ_TARGET=chunks fuzz-driver [options of libFuzzer] [folders]
//   GROUNDWORK_FUZZ_SEEDS=folder fuzz-driver      writes the seeds of all targets to folder/TARGET/

import CLibFuzzer
import Fuzz
import Glibc

func setting(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "w") else { return perror(path) }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
}

if let folder = setting("GROUNDWORK_FUZZ_SEEDS") {
    for target in FuzzTarget.all {
        mkdir("\(folder)/\(target.name)", 0o777)
        for (place, seed) in target.seeds.enumerated() { write(seed, to: "\(folder)/\(target.name)/seed-\(place)") }
        print(target.name)
    }
    exit(0)
}

guard let name = setting("GROUNDWORK_FUZZ_TARGET"), let target = FuzzTarget(named: name) else {
    print("GROUNDWORK_FUZZ_TARGET must be one of:", FuzzTarget.all.map(\.name).joined(separator: " "))
    exit(2)
}
let chosen = target

var argc = CommandLine.argc
var argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
let status = LLVMFuzzerRunDriver(&argc, &argv) { bytes, count in
    do throws(Flaw) {
        try chosen.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        print("Flaw: \(error.text)")
        fflush(nil)
        abort()
    }
    return 0
}
exit(status)
