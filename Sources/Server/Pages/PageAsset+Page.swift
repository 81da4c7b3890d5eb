// The page for people who label. What it shows of a job comes through the script, which writes it as text.

extension PageAsset {
    static let pageText = #"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Label · Groundwork</title>
          <link rel="icon" href="data:,">
          <link rel="stylesheet" href="/work.css">
          <script src="/work.js" defer></script>
        </head>
        <body>
          <header>
            <strong>Groundwork</strong>
            <span id="who"></span>
            <button id="leave" class="quiet" hidden>Sign out</button>
          </header>
          <p id="notice" role="status" aria-live="polite"></p>

          <main id="sign-in" hidden>
            <h1>Who are you?</h1>
            <form id="sign-in-form">
              <label>Team <select id="team" required></select></label>
              <label>Name <input id="name" list="names" maxlength="64" required autocomplete="off"></label>
              <datalist id="names"></datalist>
              <label id="token-row" hidden>Control token
                <input id="token" type="password" autocomplete="off"></label>
              <button>Start labeling</button>
            </form>
            <p class="hint">Pick a name of the team, or type a new one to join it.</p>
          </main>

          <main id="task" hidden>
            <div class="top">
              <h1 id="title"></h1>
              <p id="time" role="timer"><span class="hint">time left</span> <span id="left"></span></p>
            </div>
            <p id="description" class="hint"></p>
            <div class="course">
              <progress id="course" aria-label="Your share of this batch"></progress>
              <span id="count" class="hint"></span>
            </div>
            <figure id="object" tabindex="-1">
              <img id="picture" alt="The picture to label" hidden>
              <p id="text" hidden></p>
            </figure>
            <div id="labels" role="group" aria-label="Labels"></div>
            <div class="bottom">
              <button id="decline" class="quiet">Decline <kbd>D</kbd></button>
              <span class="hint keys">Keys 1 to 9 choose a label, D or Esc declines.</span>
              <button id="release" class="quiet">Pause</button>
            </div>
          </main>

          <main id="idle" hidden>
            <h1 id="idle-title"></h1>
            <p id="idle-text" class="hint"></p>
            <ul id="jobs"></ul>
            <button id="resume" hidden>Go on</button>
          </main>
          <noscript><p>This page needs JavaScript.</p></noscript>
        </body>
        </html>
        """#
}
