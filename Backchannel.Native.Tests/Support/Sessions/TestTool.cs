using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tests.Support.Sessions;

/// <summary>A tool whose work is a delegate.</summary>
internal sealed class TestTool(string name, Func<TestArguments, ToolCall, CancellationToken, Task<TestResult>> run, bool canBecomeTask = false)
    : Tool<TestArguments, TestResult>(static () => TestToolsJsonContext.Default.TestArguments, static () => TestToolsJsonContext.Default.TestResult)
{
    public override string Name => name;

    public override string Title => $"Test tool {name}";

    public override string Description => $"Does what the tests need: {name}.";

    public override bool CanBecomeTask => canBecomeTask;

    public override ToolAnnotations Annotations { get; } =
        new() { ReadOnlyHint = true, DestructiveHint = false, IdempotentHint = true, OpenWorldHint = false };

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "text": { "type": "string", "maxLength": 300000 },
            "count": { "type": "integer", "minimum": 0, "maximum": 1000 },
            "mode": { "type": "string", "enum": ["fast", "slow"] }
          },
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": { "text": { "type": "string" }, "count": { "type": "integer" } },
          "required": ["count"]
        }
        """u8;

    protected override Task<TestResult> RunAsync(TestArguments arguments, ToolCall call, CancellationToken cancellationToken) =>
        run(arguments, call, cancellationToken);
}
