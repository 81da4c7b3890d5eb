// Development tool: measures learning on a folder that scripts/make-logo-set wrote.
//
//   bench-learning FOLDER [--seeds N] [--backbone FILE] [--batch OBJECTS] [--limit OBJECTS]
//   bench-learning boxes|masks FOLDER --backbone FILE [--examples N] [--seeds N] [--limit N] [--features FILE]
//
// (TextTrial.swift measures texts, Parity.swift has what tests compare with other programs.)
//
// Prints the speed of feature extraction on one thread, and then, per seed, a labeling job with perfect workers on the
// documented schedule. Without --backbone the small network learns from pixels.

internal import Images
internal import Kernel
internal import Learning

if try FeatureCommands.run(CommandLine.arguments) || HeadCommands.run(CommandLine.arguments) { exitProcess(0) }

var arguments = CommandLine.arguments.dropFirst()
if arguments.count == 2, let name = arguments.first, let path = arguments.last {
    if try printComparison(name, path) { exitProcess(0) }
    if name == "texts" {
        try measureTexts(path)
        exitProcess(0)
    }
}
var options: [String: String] = [:]
var folder: String?
var marks: String?
while let argument = arguments.popFirst() {
    if argument.hasPrefix("--") {
        options[argument] = arguments.popFirst()
    } else if folder == nil, argument == "boxes" || argument == "masks" {
        marks = argument
    } else {
        folder = argument
    }
}
guard let folder else {
    print("usage: bench-learning FOLDER [--seeds N] [--backbone FILE] [--batch OBJECTS] [--limit OBJECTS]")
    exitProcess(64)
}

if let marks {
    try measureMarks(marks, folder: folder, options)
    exitProcess(0)
}

let trainer: NetworkTrainer
if let path = options["--backbone"] {
    trainer = NetworkTrainer(backbone: try Backbone(file: try contents(of: path)))
} else {
    trainer = NetworkTrainer()
}
let set = try ImageSet(folder: folder, limit: options["--limit"].flatMap(Int.init))
let features = try extract(set, trainer.extractor)
var totals = Trial.Totals()
for seed in 1...(options["--seeds"].flatMap { Int($0) } ?? 3) {
    let batch = options["--batch"].flatMap { Int($0) } ?? max(1, set.labels.count * 4 / 100)
    totals.add(try Trial(set: set, features: features, trainer: trainer, batch: batch, seed: UInt64(seed)).run())
}
totals.report()
