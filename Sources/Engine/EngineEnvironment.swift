// What the engine works with: stores, clocks, files, compute. Made once, in the executable or in a test.

package import Kernel
package import Logging
package import Store

/// Everything a labeling job's performance needs from outside.
package struct EngineEnvironment: Sendable {
    /// Where jobs are kept: what must last of a job is there.
    package var jobs: any JobStore
    /// Rules, truth and answers given beforehand.
    package var control: any ControlStore
    /// Gives out the objects of the world, by account.
    package var files: any JobFilesSource
    /// Gives out trainers and reads models.
    package var learners: any LearnerSource
    /// Calls functions of the customer's own.
    package var functions: any FunctionCaller
    /// Learners of the user's own.
    package var outside: any OutsideLearners
    /// Drives every job; may be frozen.
    package var serverClock: ServerClock
    /// Real time, for how long a status is shown.
    package var wallClock: any Clock
    /// For the ids of events.
    package var entropy: any Entropy
    /// Threads for learning, decoding and consolidation.
    package var compute: ComputePool
    /// Bounds on what is read, and on slices of work.
    package var limits: Limits
    /// Waits in real time; returns early when the task is cancelled.
    package var wait: @Sendable (Duration) async -> Void
    /// For errors of ours; what a user must know is in the job's timeline.
    package var logger: Logger
    /// What the command line says.
    package var settings: EngineSettings
    let display: StatusDisplay
    /// Features of images, by their content.
    let featureCache: LateFeatureCache

    /// Also makes the display of statuses, which all services share.
    package init(
        jobs: any JobStore, control: any ControlStore, files: any JobFilesSource,
        learners: any LearnerSource, functions: any FunctionCaller = NoFunctions(),
        outside: any OutsideLearners = NoOutsideLearners(), serverClock: ServerClock,
        wallClock: any Clock,
        entropy: any Entropy = SystemEntropy(), compute: ComputePool, limits: Limits = Limits(),
        wait: @escaping @Sendable (Duration) async -> Void = { await pause($0) }, logger: Logger,
        settings: EngineSettings
    ) {
        self.jobs = jobs
        self.control = control
        self.files = files
        self.learners = learners
        self.functions = functions
        self.outside = outside
        self.serverClock = serverClock
        self.wallClock = wallClock
        self.entropy = entropy
        self.compute = compute
        self.limits = limits
        self.wait = wait
        self.logger = logger
        self.settings = settings
        display = StatusDisplay(minimum: settings.minimumState, clock: wallClock)
        featureCache = LateFeatureCache(folder: settings.cacheFolder + "/features", limits: limits)
    }
}

/// Settings of the engine, from the command line.
package struct EngineSettings: Sendable {
    /// How long a visible status lasts at least, in real time.
    package var minimumState: Duration
    /// Folder for what can be made again: features of images.
    package var cacheFolder: String
    /// How many jobs are carried on at one time.
    package var concurrentJobs = 4

    package init(cacheFolder: String, minimumState: Duration = .milliseconds(500)) {
        self.cacheFolder = cacheFolder
        self.minimumState = minimumState
    }
}
