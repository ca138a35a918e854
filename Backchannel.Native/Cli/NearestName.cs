namespace Backchannel.Native.Cli;
internal static class NearestName { public static string? Find(string unknown, IEnumerable<string> names) => null; }
