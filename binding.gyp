# Only for tools that drive node-gyp (prebuildify): CMakeLists.txt, through native/build.mjs, is the build definition.
# The addon lands where such tools look for it, in build/Release.
{
  'targets': [
    {
      'target_name': 'bgcut',
      'type': 'none',
      'actions': [
        {
          'action_name': 'cmake',
          'message': 'compiling the addon with CMake',
          'inputs': ['CMakeLists.txt', 'native/build.mjs'],
          'outputs': ['<(module_root_dir)/build/<(CONFIGURATION_NAME)/bgcut.node'],
          'action': ['node', 'native/build.mjs', '--config', '<(CONFIGURATION_NAME)'],
        },
      ],
    },
  ],
}
