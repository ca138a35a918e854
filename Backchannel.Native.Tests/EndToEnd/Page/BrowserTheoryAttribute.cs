namespace Backchannel.Native.Tests.EndToEnd.Page;

/// <summary>A test in a real browser. In a CI run on Linux it fails where the browser is missing; elsewhere it is skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("CI") == "true" ? null : Browser.Obstacle;
}
