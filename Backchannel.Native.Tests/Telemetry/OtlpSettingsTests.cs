using Backchannel.Native.Telemetry;

namespace Backchannel.Native.Tests.Telemetry;

public sealed class OtlpSettingsTests
{
    private readonly List<string> warnings = [];

    [Theory]
    [InlineData("http://host:4318", "http://host:4318/v1/traces", "http://host:4318/v1/metrics")]
    [InlineData("https://host/otlp/", "https://host/otlp/v1/traces", "https://host/otlp/v1/metrics")]
    public void Paths_go_behind_the_common_endpoint(string endpoint, string traces, string metrics)
    {
        var settings = Read((OtlpSettings.Endpoint, endpoint))!;

        Assert.Equal((traces, metrics), (settings.Traces!.AbsoluteUri, settings.Metrics!.AbsoluteUri));
        Assert.Equal(("service", TimeSpan.FromSeconds(60)), (settings.ServiceName, settings.MetricInterval));
    }

    [Fact]
    public void The_endpoint_of_traces_is_taken_as_it_is()
    {
        var settings = Read((OtlpSettings.TracesEndpoint, "http://host/here"))!;

        Assert.Equal("http://host/here", settings.Traces!.AbsoluteUri);
        Assert.Null(settings.Metrics);
    }

    [Fact]
    public void Headers_name_and_interval_are_read()
    {
        var settings = Read(
            (OtlpSettings.Endpoint, "http://host"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20abc=, x-tenant = 7,nothing"),
            ("OTEL_SERVICE_NAME", "ours"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "250"))!;

        Assert.Equal(["authorization: Basic abc=", "x-tenant: 7"], settings.Headers.Select(static header => $"{header.Key}: {header.Value}"));
        Assert.Equal(("ours", TimeSpan.FromMilliseconds(250)), (settings.ServiceName, settings.MetricInterval));
    }

    [Fact]
    public void Without_an_endpoint_or_when_it_is_disabled_nothing_is_sent()
    {
        Assert.Null(Read(("OTEL_SERVICE_NAME", "ours")));
        Assert.Null(Read((OtlpSettings.Endpoint, " ")));
        Assert.Null(Read((OtlpSettings.Endpoint, "http://host"), ("OTEL_SDK_DISABLED", "True")));
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData(OtlpSettings.Endpoint, "localhost:4318")]
    [InlineData(OtlpSettings.Endpoint, "ftp://user:secret@host")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]
    public void What_cannot_be_done_is_said_and_ends_nothing(string variable, string value)
    {
        var settings = variable == OtlpSettings.Endpoint ? Read((variable, value)) : Read((OtlpSettings.Endpoint, "http://host"), (variable, value));

        Assert.Null(settings);
        Assert.Contains(variable, Assert.Single(warnings), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", warnings[0], StringComparison.Ordinal);
    }

    private OtlpSettings? Read(params (string Name, string Value)[] variables) => OtlpSettings.Read(
        name => variables.Where(variable => variable.Name == name).Select(static variable => variable.Value).FirstOrDefault(), "service", "1", warnings.Add);
}
