// The page's look: light and dark as the system has it, large targets, focus that can be seen.

extension PageAsset {
    static let styleText = #"""
        :root {
          color-scheme: light dark;
          --ground: light-dark(#f6f7f9, #14171c);
          --card: light-dark(#ffffff, #1d2229);
          --ink: light-dark(#1b1f26, #e8ebf0);
          --soft: light-dark(#5b6472, #9aa4b3);
          --line: light-dark(#d5dae2, #363d48);
          --accent: light-dark(#1f5fd0, #7fadff);
          --on-accent: light-dark(#ffffff, #0d1726);
          --alarm: light-dark(#b3261e, #ff9d94);
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        body {
          margin: 0 auto; max-width: 56rem; padding: 0 1rem 2rem; min-height: 100vh;
          background: var(--ground); color: var(--ink);
          font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
        }
        header {
          display: flex; gap: 1rem; align-items: center; min-height: 3.5rem;
          border-bottom: 1px solid var(--line); margin-bottom: 1rem;
        }
        #who { margin-left: auto; color: var(--soft); }
        h1 { font-size: 1.35rem; margin: 0; text-wrap: balance; }
        .hint { color: var(--soft); font-size: .92rem; margin: .25rem 0; }
        #notice {
          margin: 0 0 1rem; padding: .6rem .9rem; border: 1px solid var(--line); border-left: 4px solid var(--accent);
          border-radius: .4rem; background: var(--card);
        }
        #notice:empty { display: none; }
        #notice.alarm { border-left-color: var(--alarm); }
        main { display: grid; gap: .75rem; }
        form { display: grid; gap: .9rem; max-width: 24rem; margin-top: .5rem; }
        label { display: grid; gap: .25rem; font-weight: 600; }
        input, select, button { font: inherit; color: inherit; border-radius: .5rem; }
        input, select {
          padding: .6rem .7rem; border: 1px solid var(--line); background: var(--card); font-weight: 400;
        }
        button {
          padding: .65rem 1.1rem; border: 1px solid transparent; background: var(--accent); color: var(--on-accent);
          font-weight: 600; cursor: pointer;
        }
        button:hover { filter: brightness(1.08); }
        button:disabled { opacity: .55; cursor: progress; }
        button.quiet { background: none; border-color: var(--line); color: var(--ink); font-weight: 400; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        #object:focus { outline: none; }
        .top, .bottom, .course { display: flex; gap: 1rem; align-items: baseline; justify-content: space-between; }
        .course, .bottom { align-items: center; }
        #leave { padding: .3rem .8rem; }
        .course progress { flex: 1; height: .6rem; accent-color: var(--accent); }
        #time { margin: 0; white-space: nowrap; }
        #left { font-variant-numeric: tabular-nums; font-weight: 600; }
        #left.soon { color: var(--alarm); }
        #object {
          margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
          display: grid; place-items: center; min-height: 14rem;
        }
        #picture { width: 100%; height: min(50vh, 30rem); object-fit: contain; }
        #text {
          margin: 0; max-width: 42rem; font-size: 1.15rem; white-space: pre-wrap; overflow-wrap: anywhere;
          max-height: 50vh; overflow: auto;
        }
        #labels { display: grid; gap: .6rem; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); }
        #labels button {
          display: flex; gap: .7rem; align-items: center; text-align: left; background: var(--card); color: var(--ink);
          border-color: var(--line); overflow-wrap: anywhere;
        }
        #labels button:hover, #labels button.chosen { border-color: var(--accent); }
        kbd {
          font: inherit; font-size: .8rem; min-width: 1.6em; padding: 0 .4em; text-align: center; color: var(--soft);
          border: 1px solid var(--line); border-bottom-width: 2px; border-radius: .3rem;
        }
        @media (hover: none) { kbd, .keys { display: none; } }
        #jobs { list-style: none; padding: 0; margin: 0; display: grid; gap: .5rem; }
        #jobs li { padding: .7rem .9rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
        """#
}
