using System.Text;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Rules;

public sealed class MetadataSchemaTests
{
    // Every try of a backtracking engine doubles with each further letter.
    private const string SlowPattern = "^(a+)+$";

    private const string Slow = $$"""{"type":"string","pattern":"{{SlowPattern}}"}""";

    private static readonly string SlowText = new string('a', 40) + "!";

    [Fact]
    public void Many_slow_patterns_share_one_span_of_time()
    {
        var names = Enumerable.Range(0, 1_000).Select(number => $"p{number}").ToList();
        var schema = $$$"""{"properties":{ {{{string.Join(',', names.Select(name => $"\"{name}\":{Slow}"))}}} }}""";
        var metadata = $$"""{ {{string.Join(',', names.Select(name => $"\"{name}\":\"{SlowText}\""))}} }""";
        var start = TimeProvider.System.GetTimestamp();

        var refusal = MetadataSchema.Check(schema, metadata, TimeProvider.System);

        // One after the other they would take 50 s and more.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 20);
        Assert.Contains("takes too long to check", Issues(refusal), StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_covers_lists_too()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        var schema = $$"""{"required":[{{string.Join(',', Enumerable.Range(0, 10_000).Select(number => $"\"m{number}\""))}}]}""";

        var refusal = MetadataSchema.Check(schema, "{}", time);

        Assert.Contains("takes too long to check", Issues(refusal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_of_unreasonable_length_fits_nothing()
    {
        var schema = $$$"""{"properties":{"a":{"type":"string","pattern":"{{{new string('a', 2_000)}}}?"} } }""";

        Assert.Contains("pattern", Issues(MetadataSchema.Check(schema, """{"a":"a"}""", TimeProvider.System)), StringComparison.Ordinal);
    }

    [Fact]
    public void Violations_are_told_up_to_a_number()
    {
        var schema = $$"""{"required":[{{string.Join(',', Enumerable.Range(0, 1_000).Select(number => $"\"m{number}\""))}}]}""";

        var refusal = MetadataSchema.Check(schema, null, new FakeTimeProvider());

        Assert.Equal(100, Assert.IsType<List<(string, string)>>(Assert.Single(refusal!.Extras).Value).Count);
    }

    [Fact]
    public async Task A_schema_that_changes_between_check_and_write_counts_as_it_is_when_written()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = (await caller.SendAsync("POST", "/v1/channels", """{"name":"lane","mode":"claimable","metadata_schema":{"required":["a"]}}""")).Text("id");

        var refused = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"one"}""");
        await caller.SendAsync("PATCH", $"/v1/channels/{channel}", """{"metadata_schema":{"required":["b"]}}""");
        var stillRefused = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"one","metadata":{"a":1}}""");
        var posted = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"one","metadata":{"b":1}}""");

        Assert.Equal((422, 422, 201), (refused.Status, stillRefused.Status, posted.Status));
    }

    [Theory]
    [InlineData("""{"a":"x"}""", true)]
    [InlineData("""{"a":1,"a":"x"}""", false)]
    [InlineData("""{"a":"x","a":1}""", false)]
    [InlineData("""{"a":1e999}""", false)]
    [InlineData("""{"a":-1e999}""", false)]
    public void Each_of_several_members_of_one_name_has_to_fit_and_huge_numbers_harm_nobody(string metadata, bool fits)
    {
        var schema = """{"properties":{"a":{"type":["string"],"enum":["x"]}}}""";

        Assert.Equal(fits, MetadataSchema.Check(schema, metadata, TimeProvider.System) is null);
    }

    private static string Issues(ApiException? refusal)
    {
        var text = new StringBuilder();
        foreach (var (field, issue) in Assert.IsType<List<(string Field, string Issue)>>(Assert.Single(refusal!.Extras).Value))
        {
            text.Append(null, $"{field} {issue}\n");
        }

        return text.ToString();
    }
}
