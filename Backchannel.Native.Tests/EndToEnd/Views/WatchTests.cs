namespace Backchannel.Native.Tests.EndToEnd.Views;

/// <summary>watch on a real terminal, with keys, against a real bus.</summary>
public sealed class WatchTests
{
    private const string Down = "\e[B";
    private const string LeavesScreen = "\e[?1049l";

    [ProgramFact("script", "stty")]
    public async Task Lanes_and_tasks_are_shown_change_live_and_the_terminal_is_put_back()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAsync("lane", "first task");
        await using var terminal = world.Open("watch");

        await terminal.SeeAsync("first task");
        await terminal.SeeAsync("nobody there");
        await world.PostAsync("lane", "second task");
        await terminal.SeeAsync("second task");
        await world.ClaimAsync("lane");
        await terminal.SeeAsync("◐ claimed");
        await terminal.PressAsync("?");
        await terminal.SeeAsync("answer the open question");
        await terminal.PressAsync("x");
        await terminal.SeeAsync("first task");
        await terminal.PressAsync("q");
        var rest = await terminal.EndAsync();

        Assert.StartsWith(LeavesScreen, rest, StringComparison.Ordinal);
        Assert.Contains("exit code 0", rest, StringComparison.Ordinal);
        Assert.Contains("settings as before", rest, StringComparison.Ordinal);
        Assert.Contains("\e[?25h", terminal.Output[terminal.Output.LastIndexOf("\e[?2004l", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [ProgramFact("script", "stty")]
    public async Task Keys_move_open_and_go_back()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAsync("one", "task of one");
        await world.PostFailedAsync("two", "task of two", "no compiler");
        await using var terminal = world.Open("watch");
        await terminal.SeeAsync("task of one");

        await terminal.PressAsync("\r");
        await terminal.SeeAsync("Reason    no compiler");
        await terminal.SeeAsync("  1  worker, from");
        await terminal.PressAsync("\e");
        await terminal.SeeAsync("✗ failed");
        await terminal.PressAsync(Down + "\r");
        await terminal.SeeAsync("Lane      one");
        await terminal.PressAsync("h\t\r");
        await terminal.SeeAsync("only two, Esc shows all");
        await terminal.MissAsync("task of one");
        await terminal.PressAsync("\x03");

        Assert.Contains("settings as before", await terminal.EndAsync(), StringComparison.Ordinal);
    }

    [ProgramFact("script", "stty")]
    public async Task A_question_is_answered_by_a_line()
    {
        await using var world = await ViewWorld.StartAsync();
        var id = await world.PostAskedAsync("lane", "build it", "which branch?");
        await using var terminal = world.Open("watch");
        await terminal.SeeAsync("open question: which branch?");

        await terminal.PressAsync("a");
        await terminal.SeeAsync("Answer (Enter sends");
        await terminal.PressAsync("maim\x7Fn, für q und c\r");
        await terminal.SeeAsync("is answered");
        await terminal.MissAsync("open question:");

        Assert.Contains("main, für q und c", (await world.RunAsync("task", id)).Output, StringComparison.Ordinal);
    }

    [ProgramFact("script", "stty")]
    public async Task A_task_is_cancelled_after_y_only_and_a_failed_one_reopened()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostFailedAsync("lane", "a failed one", "no compiler");
        await using var terminal = world.Open("watch", "lane");
        await terminal.SeeAsync("✗ failed");

        await terminal.PressAsync("c");
        await terminal.SeeAsync("It has failed: there is nothing to cancel.");
        await terminal.PressAsync("r");
        await terminal.SeeAsync("○ open");
        await terminal.PressAsync("c");
        await terminal.SeeAsync("of lane, \"a failed one\"? y cancels it");
        await terminal.PressAsync("n");
        await terminal.MissAsync("y cancels it");
        await terminal.SeeAsync("○ open");
        await terminal.PressAsync("cy");
        await terminal.SeeAsync("− cancelled");
        await terminal.PressAsync("c");
        await terminal.SeeAsync("there is nothing to cancel");
    }

    [ProgramFact("script", "stty")]
    public async Task What_is_pasted_acts_like_no_key()
    {
        await using var world = await ViewWorld.StartAsync();
        var id = await world.PostAskedAsync("lane", "build it", "which branch?");
        await using var terminal = world.Open("watch");
        await terminal.SeeAsync("which branch?");

        await terminal.PressAsync("\e[200~cyq\e[201~a\e[200~first\nsecond\e[31m\e[201~");
        await terminal.SeeAsync("first second[31m");
        await terminal.PressAsync("\r");
        await terminal.SeeAsync("is answered");

        Assert.Contains("State     claimed", (await world.RunAsync("task", id)).Output, StringComparison.Ordinal);
    }

    [ProgramFact("script", "stty")]
    public async Task Sequences_in_content_never_reach_the_terminal()
    {
        await using var world = await ViewWorld.StartAsync();
        var id = await world.PostAsync("lane", @"bad\u001b]0;title\u0007\u001b[2J\u009b31m\u202egnp.exe end\u001b[?1049l");
        await using var terminal = world.Open("watch");

        await terminal.SeeAsync("○ open");
        await terminal.PressAsync("\r");
        await terminal.SeeAsync($"Task      {id}");
        await terminal.SeeAsync("end");
        var output = terminal.Output;

        Assert.All(["\e]", "\e[2J", "\a", "\u009b", "\u202e", LeavesScreen], raw => Assert.DoesNotContain(raw, output, StringComparison.Ordinal));
    }

    [ProgramFact("script", "stty")]
    public async Task A_lost_connection_is_told_and_made_again()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAsync("lane", "first task");
        await using var terminal = world.Open("watch");
        await terminal.SeeAsync("live: the bus at");

        await world.Bus.KillAsync();
        await terminal.SeeAsync("connection lost, trying again");
        await terminal.SeeAsync("first task");
        await world.Bus.StartAgainAsync();
        await world.PostAsync("lane", "second task");
        await terminal.SeeAsync("second task");
        await terminal.SeeAsync("live: the bus at");
        await world.PostAsync("lane", "third task");
        await terminal.SeeAsync("third task");
    }

    [ProgramFact("script", "stty")]
    public async Task A_lost_connection_can_be_tried_by_a_key()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAsync("lane", "first task");
        await using var terminal = world.Open("watch");
        await terminal.SeeAsync("live: the bus at");

        await world.Bus.KillAsync();
        await terminal.SeeAsync("connection lost, trying again; Space tries at once");
        await world.Bus.StartAgainAsync();
        await terminal.PressAsync(" ");
        await terminal.SeeAsync("live: the bus at");
    }

    [ProgramFact("script", "stty")]
    public async Task In_a_small_terminal_the_help_can_be_read_to_its_end()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAsync("lane", "first task");
        await using var terminal = PseudoTerminal.Start(world.Environment, (20, 6), "watch");
        await terminal.SeeAsync("lane");

        await terminal.PressAsync("?");
        await terminal.SeeAsync("↑↓ more");
        await terminal.PressAsync("\e[F");
        await terminal.SeeAsync("that hold one.");
        await terminal.PressAsync("\e[H");
        await terminal.SeeAsync("Keys");
        await terminal.PressAsync("\e");
        await terminal.SeeAsync("lane");
    }

    [ProgramFact("script", "stty")]
    public async Task Another_size_is_taken_and_a_signal_puts_the_terminal_back()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAsync("lane", new string('x', 150));
        await using var terminal = world.Open("watch");
        await terminal.SeeAsync("xxx…");

        await terminal.ResizeAsync(200, 12);
        await terminal.SeeAsync(new string('x', 150));
        await ProcessSignals.SendAsync(terminal.ProcessId, "TERM");
        var rest = await terminal.EndAsync();

        Assert.StartsWith(LeavesScreen, rest, StringComparison.Ordinal);
        Assert.Contains("exit code 0", rest, StringComparison.Ordinal);
        Assert.Contains("settings as before", rest, StringComparison.Ordinal);
    }
}
