namespace Backchannel.Native.Tests.Measurements;

public sealed class AnsweringFloorTests
{
    [ProgramFact("cc")]
    public void The_floor_is_built_and_answers_each_line_with_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        using var floor = AnsweringFloor.Start(folder.Path, "the answer\n"u8, new Dictionary<string, string>());

        Assert.Equal("the answer\n", floor.Exchange("one"));
        Assert.Equal("the answer\n", floor.Exchange("two"));
    }
}
