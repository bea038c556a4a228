import type { CodegenConfig } from '@graphql-codegen/cli'

const config: CodegenConfig = {
  schema: '../docs/schema.graphql',
  documents: ['src/**/*.{ts,vue}', '!src/gql/**'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        // Every one of them travels as a string: a page never does floating-point money.
        scalars: {
          Date: 'string',
          DateTime: 'string',
          Decimal: 'string',
          Fen: 'string',
          LogPosition: 'string',
          Moment: 'string',
          NaiveDateTime: 'string',
          YearMonth: 'string',
        },
      },
    },
  },
}

export default config
