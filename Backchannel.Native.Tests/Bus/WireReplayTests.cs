using System.Globalization;
using System.Text.Json;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus;

[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class WireReplayTests
{
    public static TheoryData<string> All => new(WireScenarios.All);

    [Theory]
    [MemberData(nameof(All))]
    public async Task Recorded_exchanges_are_answered_alike(string scenario)
    {
        using var steps = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(WireScenarios.Root, scenario + ".json")));
        var settings = Settings(Path.Combine(WireScenarios.Root, scenario.Split('/')[0], "server.env"));
        var time = steps.RootElement.EnumerateArray().Any(step => step.TryGetProperty("wait_seconds", out _)) ? new FakeTimeProvider() : null;
        await using var bus = await TestBus.StartAsync(options => Apply(options, settings, scenario), time ?? TimeProvider.System);
        var differences = WireScenarios.Differences.GetValueOrDefault(scenario) ?? new HashSet<string>();

        var problems = await new WireReplay(bus, time, differences).RunAsync(steps.RootElement);

        Assert.Empty(problems);
    }

    [Fact]
    public void Only_steps_marked_as_quirks_may_be_answered_otherwise()
    {
        foreach (var (scenario, names) in WireScenarios.Differences)
        {
            using var steps = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(WireScenarios.Root, scenario + ".json")));
            var quirks = steps.RootElement.EnumerateArray()
                .Where(step => step.TryGetProperty("quirk", out _))
                .Select(step => step.GetProperty("name").GetString()!);

            Assert.Empty(names.Except(quirks).Except(WireScenarios.NotMarkedAsQuirks));
        }
    }

    private static Dictionary<string, string> Settings(string file) => File.ReadLines(file)
        .Where(line => line.Contains('=') && !line.StartsWith('#'))
        .Select(line => line.Split('=', 2))
        .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim());

    private static BusOptions Apply(BusOptions options, Dictionary<string, string> settings, string file)
    {
        foreach (var (name, value) in settings)
        {
            options = name switch
            {
                "BACKCHANNEL_RATE_LIMIT" => options with { RateLimit = Number(value) },
                "BACKCHANNEL_RATE_LIMIT_WINDOW" => options with { RateLimitWindow = TimeSpan.FromSeconds(Number(value)) },
                "BACKCHANNEL_KEY_MINT_LIMIT" => options with { KeyMintLimit = Number(value) },
                "BACKCHANNEL_MAX_MESSAGE_BYTES" => options with { MaxMessageBytes = Number(value) },
                "BACKCHANNEL_LONGPOLL_ENABLED" => options with { LongPollEnabled = value == "1" },
                "BACKCHANNEL_LONGPOLL_MAX_WAIT_SECONDS" => options with { LongPollMaxWait = TimeSpan.FromSeconds(Number(value)) },
                "BACKCHANNEL_LONGPOLL_MAX_WAITERS" => options with { LongPollMaxWaiters = Number(value) },
                "BACKCHANNEL_DEFAULT_TTL_SECONDS" => options with { DefaultTtlSeconds = Number(value) },
                "BACKCHANNEL_DEFAULT_RETENTION_DAYS" => options with { DefaultRetentionDays = Number(value) },
                "BACKCHANNEL_DEFAULT_DISCOVERABLE" => options with { DefaultDiscoverable = value == "true" },
                "BACKCHANNEL_ADMIN_TOKEN" => options with { AdminToken = value },
                "BACKCHANNEL_INSTANCE_KIND" => options with { InstanceKind = value },
                "BACKCHANNEL_INVITATION_ONBOARDING_URL" => options with { InvitationOnboardingUrl = value },
                "WIRE_MAINTENANCE_SECONDS" => options with { LeaseSweepInterval = TimeSpan.FromSeconds(Number(value)) },
                _ => throw new InvalidOperationException($"{file} sets {name}, which the replay does not know."),
            };
        }

        return options;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
