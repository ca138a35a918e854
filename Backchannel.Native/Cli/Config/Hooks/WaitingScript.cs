namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>The scripts that wait beside a session and send it a message when something has come for it.</summary>
internal static class WaitingScript
{
    /// <summary>Starts the waiting process; it prints one line for each message, reads one for each input of the user, and ends with code 0 when its input closes.</summary>
    private const string Wait = """
        const shortest = 2_000, longest = 300_000
        let child

        // The process ends with this one: its standard input closes. Where it ended otherwise, another takes its place.
        function wait(tell, pause = shortest) {
          const started = Date.now()
          let hasEnded = false
          const again = (code) => {
            if (hasEnded || code === 0) return
            hasEnded = true
            const next = Date.now() - started > longest ? shortest : pause
            setTimeout(() => wait(tell, Math.min(next * 2, longest)), next).unref?.()
          }
          child = spawn(program, ["hook", client, "--wait"], { stdio: ["pipe", "pipe", "ignore"] })
          child.on("error", again)
          child.on("exit", again)
          // It could not be started: its error event follows, and begins the next try.
          if (!child.stdin) return
          child.stdin.on("error", () => {})
          createInterface({ input: child.stdout }).on("line", (line) => { if (line) tell(line) })
          child.unref()
          child.stdin.unref?.()
          child.stdout.unref?.()
        }

        """;

    /// <summary>A plugin for opencode.</summary>
    /// <remarks>`opencode run` loads it too and ends right after its turn; the delay keeps it from starting a process for nothing.</remarks>
    public static string ForOpencode(HookLine command) => $$"""
        import { spawn } from "node:child_process"
        import { createInterface } from "node:readline"

        {{Head(command)}}
        {{Wait}}
        export const Backchannel = async ({ client: opencode }) => {
          let session, isWaiting = false
          const told = new Set()

          async function tell(text) {
            if (!session) return
            told.add(text)
            await opencode.session.promptAsync({ path: { id: session }, body: { parts: [{ type: "text", text }] } }).catch(() => {})
          }

          // A session with a parent is a sub-agent's: its turn is not the user's.
          async function isSubAgents(id) {
            const answer = await opencode.session.get({ path: { id } }).catch(() => undefined)
            return Boolean(answer?.data?.parentID)
          }

          return {
            event: async ({ event }) => {
              if (event.type === "session.deleted" && event.properties.info?.id === session) session = undefined
              if (event.type !== "session.idle") return
              const id = event.properties.sessionID
              if (id !== session && await isSubAgents(id)) return
              session = id
              if (isWaiting) return
              isWaiting = true
              // 'opencode run' ends now, and needs no process.
              setTimeout(() => wait(tell), 1000).unref?.()
            },
            "chat.message": async ({ sessionID }, { parts }) => {
              const isTold = parts?.some((part) => told.delete(part.text))
              if (sessionID === session && !isTold) child?.stdin.write("\n")
            },
          }
        }

        """;

    /// <summary>An extension for Copilot CLI, a process of its own beside the session.</summary>
    public static string ForCopilot(HookLine command) => $$"""
        import { spawn } from "node:child_process"
        import { createInterface } from "node:readline"
        import { joinSession } from "@github/copilot-sdk/extension"

        {{Head(command)}}
        {{Wait}}
        const session = await joinSession({})
        wait((text) => Promise.resolve(session.send({ prompt: text })).catch(() => {}))

        """;

    private static string Head(HookLine command) =>
        $"{ScriptFile.ProgramLine}{JsonSpelling.Quote(command.Program)}\nconst client = {JsonSpelling.Quote(command.Client)}\n";
}
