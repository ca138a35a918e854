using System.Reflection;
using Backchannel.Native.Page;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>The paths that the product has constants for, with their variable segments in braces.</summary>
internal static class WirePaths
{
    /// <summary>Without those that only begin other paths.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. ((Type[])[typeof(Routes), typeof(RouteTemplates), typeof(TextPaths)]).SelectMany(Constants).Except([Routes.Api, RouteTemplates.FilesOf, TextPaths.Documents]),
        PageFiles.Root, PageFiles.FileTemplate, PageFiles.LibraryTemplate,
    ];

    private static IEnumerable<string> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(static field => field.IsLiteral).Select(static field => (string)field.GetValue(null)!);
}
