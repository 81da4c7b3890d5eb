// Development tool: measures learning by itself, without a server. Its commands, each described where it is written:
//
//   heads FOLDER …               how well each head classifies the pictures of a set (HeadCommands.swift)
//   boxes|masks FOLDER …         the same of marks (MarkTrial.swift)
//   texts FILE                   of texts (TextTrial.swift)
//   features|speed PICTURE… …    what the backbone makes of pictures, and how fast (FeatureCommands.swift)
//   logistic|beta|terms FILE     what tests compare with other programs (Parity.swift)
//
// Labeling jobs, and what they save, are measured on a server: scripts/bench learn.

internal import Learning

if try FeatureCommands.run(CommandLine.arguments) || HeadCommands.run(CommandLine.arguments) { exitProcess(0) }

var arguments = CommandLine.arguments.dropFirst()
let command = arguments.popFirst() ?? "", path = arguments.popFirst()
var options: [String: String] = [:]
while let name = arguments.popFirst() { options[name] = arguments.popFirst() }
switch (command, path) {
case ("boxes", let folder?), ("masks", let folder?): try measureMarks(command, folder: folder, options)
case ("texts", let file?): try measureTexts(file)
case (_, let file?) where try printComparison(command, file): break
default:
    print("usage: bench-learning heads|boxes|masks|texts|features|speed|logistic|beta|terms PATH… [--OPTION VALUE]…")
    exitProcess(64)
}
