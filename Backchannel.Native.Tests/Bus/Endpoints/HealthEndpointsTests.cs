using System.Net;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Endpoints;

[Trait("engine", "both")]
public sealed class HealthEndpointsTests
{
    private const string Header = "X-Backchannel-Database";

    private static string Engine => Environment.GetEnvironmentVariable("BACKCHANNEL_TEST_ENGINE") == "postgres" ? "postgresql" : "sqlite";

    [Theory]
    [InlineData("/health")]
    [InlineData("/readyz")]
    public async Task The_database_is_named_and_whether_it_can_be_written(string path)
    {
        await using var bus = await TestBus.StartAsync();

        using var answer = await bus.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($"{Engine}, writable", Assert.Single(answer.Headers.GetValues(Header)));
    }

    [Fact]
    public async Task A_process_that_answers_is_live()
    {
        await using var bus = await TestBus.StartAsync();

        using var answer = await bus.Http.GetAsync("/livez");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("live\n", await answer.Content.ReadAsStringAsync());
        Assert.False(answer.Headers.Contains(Header));
    }
}
