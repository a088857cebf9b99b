// The parts of the component library that pages may use as they are.
export {
  ActionIcon,
  Badge,
  Button,
  Checkbox,
  CopyButton,
  FileButton,
  Group,
  Kbd,
  Menu,
  PasswordInput,
  Progress,
  Radio,
  SegmentedControl,
  Select,
  Skeleton,
  Stack,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
export { Drawer, Modal } from './overlays.tsx';
